// Calling a list: after an outcome or a skip the next card is fetched and dealt. Nothing is ever dealt by itself, so a
// note that is being typed keeps its field. Every form works without this script: it posts and is sent back here.
(() => {
  const nextcall = (window.nextcall ??= {});
  const stage = document.querySelector("[data-call-list]");
  if (!stage) return;
  const address = stage.dataset.callList;
  const HOLD_AGAIN = 5 * 60_000; // a card is held for 15 minutes: whoever types longer keeps it
  let busy = false;

  const one = (selector, inside = document) => inside.querySelector(selector);
  const say = (words) => { const line = one("[data-last] [role=status]"); if (line) line.textContent = words; };
  const token = () => one("[name=csrfmiddlewaretoken]")?.value ?? "";

  // The page that came back: its parts take the place of ours; the live region stays, so that it is read out.
  const take = (html, card) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!one("[data-call-list]", page)) { location.assign(address); return; }
    const region = one("[data-last] [role=status]");
    const words = one("[data-last] [role=status]", page)?.textContent ?? "";
    for (const part of ["head", "tally", "held"]) one(`[data-part=${part}]`).replaceWith(one(`[data-part=${part}]`, page));
    one("[data-last] [role=status]", page)?.replaceWith(region);
    one("[data-part=last]").replaceWith(one("[data-part=last]", page));
    region.textContent = words;
    if (!card) return;
    one("[data-hand]").replaceWith(one("[data-hand]", page));
    one("#who")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
    document.dispatchEvent(new CustomEvent("nextcall:dealt"));
  };
  const load = async (card) => {
    const answer = await fetch(address);
    if (!answer.ok || !new URL(answer.url).pathname.startsWith(address)) { location.assign(address); return; }
    take(await answer.text(), card);
  };

  const deal = async (form, submitter) => {
    if (busy) return;
    busy = true;
    const hand = one("[data-hand]");
    const body = new FormData(form, submitter);
    const jotted = one("[data-jot]", hand)?.value.trim();
    if (jotted && !body.get("note") && submitter?.name === "outcome") body.set("note", jotted);
    for (const sheet of hand.querySelectorAll("[popover]")) if (sheet.matches(":popover-open")) sheet.hidePopover();
    hand.classList.add("waits");
    try {
      const told = await nextcall.outbox.post(form.action, body, { says: `${submitter?.dataset.says ?? "Saved"}, ${hand.dataset.name}.` });
      if (!told.ok) say(told.problem);
      else if (told.queued) say(`${told.said} The next card comes when the server can be reached.`);
      else {
        await load(true);
        say(told.action?.says || told.said || one("[data-last] [role=status]")?.textContent);
      }
    } catch {
      say("Saved. The next card comes when the server can be reached.");
    } finally {
      busy = false;
      hand.classList.remove("waits");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !nextcall.outbox || !form.matches("[data-deals], [data-swap]")) return;
    event.preventDefault();
    deal(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const call = event.target.closest("[data-started]");
    if (!call) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token());
    navigator.sendBeacon(call.dataset.started, body);
  });

  setInterval(async () => {
    const lead = one("[data-hand]").dataset.hand;
    if (!lead || document.visibilityState === "hidden") return;
    const answer = await fetch(`/now/${lead}/hold/`, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token() } }).catch(() => null);
    const told = answer?.ok ? await answer.json() : null;
    if (told && !told.held) say(told.problem);
  }, HOLD_AGAIN);
  document.addEventListener("nextcall:connection", (event) => {
    if (event.detail.online && one("[data-hand]").classList.contains("waits")) load(true);
  });
})();

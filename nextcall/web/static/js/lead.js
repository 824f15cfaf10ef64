// The Lead page, quietly: what is posted settles in the background, and what happened elsewhere is fetched again,
// without losing what is being typed or where the focus is. Every form works without this script.
(() => {
  const page = document.querySelector("[data-lead]");
  if (!page) return;
  const id = Number(page.dataset.lead);
  const facts = document.getElementById("facts");
  const status = () => document.querySelector("[data-last] [role=status]");
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  const say = (words, wrong) => {
    const line = status();
    if (!line) return;
    if (line.textContent.trim() !== words.trim()) line.textContent = words;
    line.closest("[data-last]").classList.toggle("wrong", Boolean(wrong));
  };

  // A part in which somebody types, or has typed and not saved, stays as it is.
  const busy = (part) => {
    if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
    return [...part.querySelectorAll("details[open] :is(input:not([type=hidden]), textarea)")].some((field) => field.value !== field.defaultValue);
  };

  const take = (html, mine) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    if (!fresh.querySelector(`[data-lead="${id}"]`)) return null;
    for (const part of document.querySelectorAll("[data-part]")) {
      const there = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!there || part.innerHTML === there.innerHTML || (busy(part) && !part.contains(mine))) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : "";
      const open = [...part.querySelectorAll("details[open][id]")].filter((one) => !one.contains(mine)).map((one) => one.id);
      part.replaceChildren(...[...there.childNodes].map((node) => document.importNode(node, true)));
      for (const name of open) document.getElementById(name)?.setAttribute("open", "");
      const back = focused && part.contains(document.getElementById(focused)) ? document.getElementById(focused) : null;
      (back?.matches("a, button, summary, input") ? back : back?.querySelector("[aria-invalid=true], summary, a, button"))?.focus({ preventScroll: true });
    }
    // How far one has read moves with one's own deeds only: what came in while one typed is told before it is answered.
    for (const field of mine ? document.querySelectorAll("[data-panel] > [name=seen], [data-panel] > [name=key]") : []) {
      const panel = field.form.dataset.panel;
      field.value = fresh.querySelector(`[data-panel="${panel}"] > [name=${field.name}]`)?.value ?? field.value;
    }
    countDown();
    return fresh;
  };

  const fetchPage = async (quietly) => {
    const answer = await fetch(location.href.split("#")[0], { headers: quietly ? { "X-Nextcall-Live": "1" } : {} });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const outbox = window.nextcall?.outbox;
    if (!form.matches("[data-quiet]") || event.defaultPrevented || !outbox) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    const says = form.matches("[data-panel=note]") ? "Note saved on this device." : "Saved on this device.";
    const result = await outbox.post(form.action, new FormData(form, event.submitter), { says });
    delete form.dataset.sending;
    const popover = form.closest("[popover]");
    if (popover?.id === "snooze" && result.ok) popover.hidePopover();
    if (result.ok) document.dispatchEvent(new CustomEvent("nextcall:taken", { detail: { form } }));
    if (result.queued) { say(result.said); return; }
    if (result.url && result.ok && new URL(result.url, location.href).pathname !== location.pathname) { location.assign(result.url); return; }
    try {
      take(await fetchPage(false), form);
    } catch { /* it was taken; the page shows it when it is loaded again */ }
    say(result.problem || [result.action?.says, result.said].filter(Boolean).join(" ") || "Saved.", result.problem);
  });

  // Earlier entries, without leaving the place.
  document.addEventListener("click", async (event) => {
    const more = event.target.closest("[data-more]");
    if (!more || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    history.replaceState(null, "", more.href.split("#")[0]);
    try { take(await fetchPage(true)); } catch { location.assign(more.href); }
  });

  let asked = 0;
  const again = async () => {
    const mine = ++asked;
    await wait(300);
    if (mine !== asked) return;
    try { take(await fetchPage(true)); } catch { /* the next event or load brings it */ }
  };
  document.addEventListener("nextcall:live", ({ detail }) => {
    if (Number(detail?.lead) === id) again();
  });

  // "Leaves in 8 s": each second, and then the page as it is. Screen readers hear it once, not every second.
  let timer = 0;
  const countDown = () => {
    clearInterval(timer);
    const ends = [...document.querySelectorAll("[data-leaves]")].map((one) => [one, performance.now() + Number(one.dataset.leaves) * 1000]);
    if (!ends.length) return;
    timer = setInterval(() => {
      for (const [one, end] of ends) {
        const left = Math.max(Math.ceil((end - performance.now()) / 1000), 0);
        one.textContent = left ? `Leaves in ${left} s.` : "Leaving.";
        if (!left) { clearInterval(timer); setTimeout(again, 2500); }
      }
    }, 1000);
  };
  countDown();

  // A link to something in the facts opens the sheet that they are folded into on a phone.
  const unfold = () => {
    const there = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!there || !facts?.contains(there)) return;
    if (facts.matches("[popover]") && matchMedia("(max-width: 899px)").matches && !facts.matches(":popover-open")) facts.showPopover();
    const row = there.closest("details");
    if (row && !row.closest(".record .row[open]")) row.open = true;
    there.scrollIntoView({ block: "center" });
  };
  unfold();
  window.addEventListener("hashchange", unfold);
  facts?.addEventListener("toggle", (event) => {
    if (event.target.matches("details.row") && event.target.open) event.target.querySelector("input:not([type=hidden]), select")?.focus({ preventScroll: true });
  }, true);

  // The keys of the facts work while they are folded away: a detail that opens is unfolded first.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
    if (event.key.toLowerCase() !== "p" || facts?.checkVisibility()) return;
    const key = event.shiftKey ? "shift+p" : "p";
    const found = facts?.querySelector(`[data-key="${key}"]`);
    if (!found) return;
    event.preventDefault();
    if (key === "p") { found.click(); return; }
    facts.showPopover();
    found.click();
  });

  // The card in hand and the start are stored before the dialler takes the screen.
  document.addEventListener("click", (event) => {
    const call = event.target.closest("[data-started]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!call || !token) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token.value);
    navigator.sendBeacon(call.dataset.started, body);
  });
})();

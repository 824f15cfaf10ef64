// Deals the next card at the tap: the cards that follow are here before they are wanted, and what was tapped is saved
// behind them. Every form works without this script: it posts and is sent back to the page.
(() => {
  const nextcall = (window.nextcall ??= {});
  const stage = document.querySelector("[data-deck]");
  if (!stage) return;
  const UNREACHED = "Not saved yet: the server cannot be reached. Trying again.";
  const CALLING = "nextcall:calling";
  const RINGS_FOR = 2 * 3600_000;
  const TRIES = [500, 1500, 4000, 10_000];
  const done = new Set(); // leads whose deed is on its way
  let ready = []; // the cards that follow: {lead, html} or {lead, node}
  let shelf = null; // the card dealt with last: {lead, hand, answered, action, queued}
  let round = 0;
  let called = false;
  let soon = 0;

  const one = (selector, inside = document) => inside.querySelector(selector);
  const hand = () => one("[data-hand]");
  const open = () => hand().dataset.hand;
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
  const pause = (length) => new Promise((go) => setTimeout(go, length));
  const token = () => one("[name=csrfmiddlewaretoken]")?.value ?? "";
  const say = (words) => {
    const line = one("[data-last] [role=status]");
    if (line && line.textContent !== words) line.textContent = words;
  };

  const post = async (url, body, says) => {
    body.delete("key");
    if (nextcall.outbox) return nextcall.outbox.post(url, body, { says });
    body.set("key", `${Date.now()}-${Math.random()}`);
    for (const wait of [...TRIES, 0]) {
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
        const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
        const problem = told.problem || (answer.ok ? "" : `The server refused it (${answer.status}).`);
        if (answer.status < 500) return { said: "", action: null, ...told, ok: !problem, problem };
      } catch { /* no connection: again */ }
      say(UNREACHED);
      if (wait) await pause(wait);
    }
    return { ok: false, said: "", action: null, problem: "Not saved: the server cannot be reached. Your card is here." };
  };

  // ---- showing

  const closeSheets = () => {
    for (const sheet of document.querySelectorAll("[data-hand] [popover]")) if (sheet.matches(":popover-open")) sheet.hidePopover();
  };

  const show = (fresh) => {
    closeSheets();
    hand().replaceWith(fresh);
    fresh.classList.remove("waits");
    one("#who")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
    document.dispatchEvent(new CustomEvent("nextcall:dealt", { detail: { lead: open() } }));
  };

  const toCome = (card) => String(card.lead) !== open() && !done.has(String(card.lead));

  const next = () => {
    ready = ready.filter(toCome);
    return ready.shift();
  };

  const dealt = (card) => {
    show(card.node ?? one("[data-hand]", parsed(card.html)));
    claim(String(card.lead));
  };

  // Shown means held: nobody else is dealt it. If a colleague was quicker, the next card says whose it is.
  const claim = async (lead) => {
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": token() };
      const answer = await fetch(`/now/${lead}/hold/`, { method: "POST", headers });
      const told = answer.ok ? await answer.json() : { held: answer.status !== 404, problem: "That one is with a colleague now." };
      if (told.held || open() !== lead) return;
      const following = next();
      if (following) dealt(following);
      else await load("/now/");
      say(told.problem);
    } catch { /* no connection: two records stay, and the later one says so */ }
  };

  // ---- the day around the card

  const setLast = (fresh) => {
    const here = one("[data-last]");
    const sign = (last) => [...last.querySelectorAll("form, a")].map((it) => `${it.getAttribute("action") ?? it.href} ${it.textContent.trim()}`).join();
    if (!fresh || sign(fresh) === sign(here)) return;
    const held = document.activeElement?.closest("[data-undo]");
    for (const part of [...here.children]) if (!part.matches("[role=status]")) part.remove();
    for (const part of [...fresh.children]) if (!part.matches("[role=status]")) here.append(part);
    if (held) one("[data-undo] button", here)?.focus({ preventScroll: true });
  };

  const setNav = (counts) => {
    for (const link of document.querySelectorAll('.side a[href="/now/"], .tabs a[href="/now/"]')) {
      const count = one(".n", link);
      if (count && counts.now) count.firstChild.textContent = counts.now;
      else if (count) count.remove();
    }
  };

  const setAround = ({ head, rail, last, nav }) => {
    const day = parsed(head).body;
    if (day.textContent !== one("[data-head]").textContent) one("[data-head]").replaceChildren(...day.childNodes);
    const side = one("[data-rail]", parsed(rail));
    if (side.innerHTML !== one("[data-rail]").innerHTML) {
      const held = document.activeElement?.closest("[data-rail] [data-turn]")?.dataset.turn;
      one("[data-rail]").replaceWith(side);
      if (held) one(`[data-rail] [data-turn="${held}"]`)?.focus({ preventScroll: true });
    }
    if (!done.size) setLast(one("[data-last]", parsed(last)));
    setNav(nav);
  };

  // Fetches what follows the open card, and the day around it. The open card itself is never touched.
  const refresh = async () => {
    const mine = ++round;
    const url = new URL(stage.dataset.deck, location.origin);
    if (open()) url.searchParams.set("lead", open());
    url.searchParams.set("n", "2");
    if (done.size) url.searchParams.set("not", [...done].join());
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const told = await answer.json();
      if (mine !== round) return;
      ready = told.cards.filter(toCome); // asked before a tap, it may name who was dealt since
      setAround(told);
      if (!open() && ready.length) dealt(ready.shift());
    } catch {
      if (!ready.length) ready = ((await nextcall.offline?.cards()) ?? []).filter((card) => String(card.lead) !== open());
    }
  };

  // What somebody typed into the card stays when the same card comes back.
  const keepTyped = (from, to) => {
    if (!from || from.dataset.hand !== to.dataset.hand) return;
    for (const field of from.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox])")) {
      const twin = field.id ? one(`#${field.id}`, to) : one(`${field.localName}[name="${field.name}"]`, to);
      if (twin && field.value) twin.value = field.value;
    }
  };

  // The page as the server has it. Whoever went on meanwhile keeps the card they went on to.
  const load = async (url, said = "") => {
    const before = hand();
    try {
      const answer = await fetch(url);
      const page = parsed(await answer.text());
      const fresh = one("[data-hand]", page);
      if (!fresh || !answer.ok) { location.assign(url); return; }
      if (hand() !== before) { await refresh(); return; }
      round += 1;
      keepTyped(before, fresh);
      setAround({ head: one("[data-head]", page).innerHTML, rail: one("[data-rail]", page).outerHTML, last: one("[data-last]", page).outerHTML, nav: {} });
      const words = one("[data-last] [role=status]", page).textContent;
      ready = []; // what followed the card before does not follow this one
      show(fresh);
      if (said || words) say(said || words);
      for (const part of [".side", ".tabs"]) if (one(part) && one(part, page)) one(part).replaceWith(one(part, page));
      await refresh();
    } catch {
      say("Can\u2019t reach the server. Your card is still here.");
    }
  };

  // ---- deeds

  const undoable = (lead) => {
    one(".offers")?.remove();
    if (!one("[data-undo]")) {
      const made = parsed('<form method="post" data-undo><button class="link" data-key="z">Undo\u00a0<kbd aria-hidden="true">Z</kbd></button></form>');
      one("[data-last]").append(one("form", made));
    }
    Object.assign(one("[data-undo]").dataset, { lead, pending: "yes" });
  };

  const settle = async (shelved, answer, words) => {
    const stands = open() === shelved.lead; // nothing was ready to follow it
    shelved.queued = Boolean(answer.queued);
    shelved.action = answer.action;
    if (!answer.ok && !answer.queued) {
      done.delete(shelved.lead);
      if (!stands) { ready.unshift({ lead: open(), node: hand() }); show(shelved.hand); }
      shelved.hand.classList.remove("waits");
      delete one("[data-undo]")?.dataset.pending;
      say(answer.problem);
      return;
    }
    if (shelf === shelved) {
      say(answer.action?.says || answer.said || words);
      const form = one("[data-undo]");
      if (form && answer.action) form.action = `/undo/${answer.action.id}/`;
      if (form) delete form.dataset.pending;
    }
    if (answer.queued) {
      if (stands) await dealKept();
      return;
    }
    done.delete(shelved.lead);
    ready = ready.filter((card) => String(card.lead) !== shelved.lead);
    await (stands ? load("/now/") : refresh());
  };

  const dealKept = async () => {
    await refresh();
    const following = next();
    if (following) dealt(following);
    else hand().classList.remove("waits");
  };

  const forgetCall = () => {
    try { localStorage.removeItem(CALLING); } catch { /* nothing is kept */ }
  };

  const deal = (form, submitter) => {
    const shown = hand();
    const lead = open();
    if (done.has(lead)) return;
    const words = `${submitter?.dataset.says ?? "Saved"}, ${shown.dataset.name}.`;
    const body = new FormData(form, submitter);
    const shelved = { lead, hand: shown, action: null, queued: false };
    done.add(lead);
    shelf = shelved;
    forgetCall();
    const following = next();
    if (following) dealt(following);
    else shown.classList.add("waits");
    say(words);
    undoable(lead);
    shelved.answered = post(form.action, body, words).then((answer) => settle(shelved, answer, words));
  };

  const undo = async (form) => {
    const shelved = shelf?.lead === form.dataset.lead ? shelf : null;
    if (form.dataset.pending) await shelved?.answered;
    const current = hand();
    if (shelved && open() !== shelved.lead) {
      ready.unshift({ lead: open(), node: current });
      show(shelved.hand);
    }
    shelf = null;
    if (shelved?.queued) {
      const kept = (await nextcall.outbox.list()).filter((entry) => entry.url.startsWith(`/now/${shelved.lead}/`)).pop();
      if (kept) { await nextcall.outbox.drop(kept.key); done.delete(shelved.lead); say("Undone before it was sent."); return; }
    }
    const answer = await post(form.action, new FormData(form), "Undo");
    if (answer.ok && shelf) return; // they went on meanwhile
    if (answer.ok && shelved) { say(answer.said); await refresh(); return; } // the card is as it was, with what was typed
    if (answer.ok) { await load(form.dataset.lead ? `/now/?lead=${form.dataset.lead}` : "/now/", answer.said); return; }
    if (shelved && hand() === shelved.hand) show(current);
    say(answer.problem);
  };

  // A quiet deed: the card stays, with what the deed changed on it.
  const swap = async (form, submitter) => {
    closeSheets();
    hand().classList.add("waits");
    const answer = await post(form.action, new FormData(form, submitter), "Saved");
    const words = answer.problem || answer.action?.says || answer.said;
    if (form.matches(".ask") && answer.ok) form.reset();
    if (answer.ok && !answer.queued) await load(open() ? `/now/?lead=${open()}` : "/now/", words);
    else say(words);
    hand().classList.remove("waits");
  };

  // The way back to the card just left, before the server has said what stands around this one.
  const point = (key, words, lead) => {
    const turns = one(".turns");
    if (!turns) return;
    one(`[data-key="${key}"]`, turns)?.remove();
    const link = one("a", parsed(`<a class="link" data-turn data-key="${key}">${words}\u00a0<kbd aria-hidden="true">${key.toUpperCase()}</kbd></a>`));
    Object.assign(link, { href: `/now/?lead=${lead}` }).dataset.turn = lead;
    if (key === "k") turns.prepend(link);
    else turns.append(link);
  };

  const turn = (link) => {
    const card = ready.find((it) => String(it.lead) === link.dataset.turn && !done.has(link.dataset.turn));
    if (!card) { load(link.href); return; }
    const left = { lead: open(), node: hand() };
    ready = ready.filter((it) => it !== card);
    const wentBack = link.dataset.key === "k";
    ready = wentBack ? [left, ...ready] : [...ready, left];
    dealt(card);
    if (wentBack) point("j", "Next card", left.lead);
    else point("k", "Card before", left.lead);
    refresh();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-deals], [data-swap], [data-undo]")) return;
    event.preventDefault();
    if (form.matches("[data-deals]")) deal(form, event.submitter);
    else if (form.matches("[data-undo]")) undo(form);
    else swap(form, event.submitter);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-turn]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      turn(link);
      return;
    }
    // The card in hand and the start are stored before the dialler takes the screen.
    const call = event.target.closest("[data-started]");
    if (!call) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token());
    called = navigator.sendBeacon(call.dataset.started, body);
    try { localStorage.setItem(CALLING, JSON.stringify({ lead: open(), at: Date.now() })); } catch { /* nothing is kept */ }
  });

  // ---- back from the dialler, from another page, from the network

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || !called) return;
    called = false;
    if (one("#how")) one("#how").hidden = false;
    load(`/now/?lead=${open()}`);
  });

  // The app was closed during a call that the server never heard of: it is told now, and the card asks.
  const resumeCall = async () => {
    const kept = JSON.parse(localStorage.getItem(CALLING) ?? "null");
    if (!kept) return false;
    localStorage.removeItem(CALLING);
    if ("calling" in hand().dataset || Date.now() - kept.at > RINGS_FOR) return false;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token());
    body.set("age", String((Date.now() - kept.at) / 1000));
    await fetch(`/now/${kept.lead}/started/`, { method: "POST", body }).catch(() => null);
    await load(`/now/?lead=${kept.lead}`);
    return true;
  };

  const later = () => { clearTimeout(soon); soon = setTimeout(refresh, 1000); };
  document.addEventListener("nextcall:live", later);
  document.addEventListener("nextcall:sent", (event) => { if (!event.detail.seen) later(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  nextcall.deck = { refresh, ready: () => ready.length };
  (async () => { if (!(await resumeCall().catch(() => false))) await refresh(); })();
})();

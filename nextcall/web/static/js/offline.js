// Keeps the people next in line on this device, so that the day goes on without a connection.
// nextcall.offline.cards() gives the kept cards that are still to do: [{lead, dealt_at, html}].
(() => {
  const nextcall = (window.nextcall ??= {});
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const me = Number(meta("nextcall-member")) || 0;
  const facts = nextcall.store.table("facts");
  const cards = nextcall.store.table("cards");
  const MANY = 25;
  const EVERY = 10 * 60_000;
  const IDLE_AFTER = 6_000;
  const TOO_OLD = 12 * 3600_000;
  const A_DAY = 24 * 3600_000;
  const DONE = /^\/(?:now|leads)\/(\d+)\/(?:outcome|snooze|call|send|received|finish)\/$/; // the card is dealt with
  const DEEDS = /^\/(?:now|leads)\/\d+\/(?:outcome|snooze|note|call|send|window)\/$/; // kept if they cannot be sent
  let worker = null;

  const wipe = async ({ drafts = false } = {}) => {
    await cards.clear();
    await facts.clear();
    if ("caches" in window) await caches.delete("pages");
    if (drafts) try { sessionStorage.clear(); localStorage.clear(); } catch { /* a window that stores nothing */ }
  };

  // At most every ten minutes, one after another, when the page has been quiet for a while.
  const keep = async ({ force = false } = {}) => {
    if (!me || !worker || !navigator.onLine || meta("nextcall-kept") || navigator.connection?.saveData) return;
    const latest = await facts.get("kept");
    if (!force && latest && Date.now() - latest.at < EVERY) return;
    await facts.put({ name: "kept", at: Date.now() }); // first, so that other tabs leave it to this one
    const get = (url, accept) => fetch(url, { headers: { Accept: accept, "X-Purpose": "keep" }, credentials: "same-origin" });
    const answer = await get(`/now/hand/?n=${MANY}`, "application/json");
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in/")) { await wipe(); return; }
    if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("application/json")) return;
    const dealt = (await answer.json()).cards.map((one, place) => ({ ...one, place }));
    await cards.clear();
    for (const card of dealt) await cards.put(card);
    const pages = await caches.open("pages");
    for (const old of await pages.keys()) {
      const from = Date.parse((await pages.match(old))?.headers.get("Date") ?? "");
      if (!(Date.now() - from < A_DAY)) await pages.delete(old); // who is in it may have been erased since
    }
    for (const url of ["/now/", ...dealt.map((one) => `/leads/${one.lead}/`)]) {
      const page = await get(url, "text/html");
      if (page.redirected) return;
      if (page.ok) await pages.put(url, page);
    }
  };

  const toDo = async () => {
    const waiting = (await nextcall.outbox.list()).filter((one) => !one.problem).map((one) => one.url.match(DONE)?.[1]);
    const gone = new Set(waiting.filter(Boolean));
    return (await cards.all()).filter((one) => !gone.has(String(one.lead))).sort((a, b) => a.place - b.place);
  };

  // How old it is: what the card or the kept page says, else as old as this page. A page that the server has just
  // given is measured by the server's clock and what has passed since: the device's own clock may be days off.
  const age = (element) => {
    const dealt = element.closest("[data-dealt-at]")?.dataset.dealtAt;
    const kept = meta("nextcall-kept");
    if (kept) return Date.now() - Date.parse(dealt || kept);
    const since = Date.now() - performance.timeOrigin;
    const now = meta("nextcall-now");
    return dealt && now ? since - (Date.parse(dealt) - Date.parse(now)) : since;
  };

  nextcall.offline = { cards: toDo, keep, wipe, age, kept: () => meta("nextcall-kept") };

  // Nobody is signed in, or somebody else: nothing of the one before stays readable here.
  const start = async () => {
    if (!me) {
      if (location.pathname.startsWith("/sign-in/")) await wipe();
      return;
    }
    const who = await facts.get("member");
    if (who && who.id !== me) await wipe({ drafts: true });
    await facts.put({ name: "member", id: me });
    if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
    worker = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => null);
    if (!worker) return;
    const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
    setTimeout(() => idle(() => keep().catch(() => null)), IDLE_AFTER);
    setInterval(() => document.visibilityState === "visible" && idle(() => keep().catch(() => null)), 60_000);
  };
  nextcall.offline.ready = start().catch(() => null);

  // A page of Now as it was kept may open with somebody who was dealt with since: then the next kept card stands there.
  const freshen = async () => {
    const hand = document.querySelector("[data-deck] [data-hand]");
    if (!me || !meta("nextcall-kept") || !hand) return;
    const left = await toDo();
    if (left.some((one) => String(one.lead) === hand.dataset.hand)) return;
    if (left.length) {
      hand.replaceWith(new DOMParser().parseFromString(left[0].html, "text/html").querySelector("[data-hand]"));
      return;
    }
    const words = Object.assign(document.createElement("p"), { className: "quiet", textContent: "These were all the cards kept here. More come when you are back." });
    hand.dataset.hand = "";
    hand.replaceChildren(words);
  };
  freshen().catch(() => null);

  document.addEventListener("nextcall:signed-out", () => wipe());
  document.addEventListener("nextcall:sent", (event) => {
    const lead = event.detail.entry.url.match(DONE)?.[1];
    if (lead) cards.drop(Number(lead));
  });

  // Somebody was erased: nothing of them stays on this device either.
  document.addEventListener("nextcall:live", (event) => {
    if (event.detail.kind === "lead.erased") wipe().then(() => keep({ force: true })).catch(() => null);
  });

  // What was kept for long may be wrong by now: they may have asked us to stop, or moved.
  document.addEventListener("click", async (event) => {
    const call = event.target.closest?.('a[href^="tel:"], a[href^="sms:"]');
    if (!call || age(call) < TOO_OLD) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const words = `This card is ${Math.round(age(call) / 3600_000)} hours old. Much may have happened since: refresh it before you call.`;
    if (await nextcall.ask({ words, yes: "Refresh", no: "Not now" })) location.reload();
  }, true);

  // Forms that no script took: without a connection they are kept instead of lost.
  window.addEventListener("submit", async (event) => {
    const form = event.target;
    const path = new URL(form.action, location.href).pathname;
    if (event.defaultPrevented || form.method !== "post" || navigator.onLine || !me || !DEEDS.test(path)) return;
    event.preventDefault();
    const told = await nextcall.outbox.post(path, new FormData(form, event.submitter));
    form.reset();
    const line = document.querySelector("[data-last] [role=status]");
    if (line) line.textContent = told.said;
  });

  // Signing out takes everything of the member off this device; what is not sent yet is asked about first.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!me || !form.action.endsWith("/sign-out/") || event.defaultPrevented) return;
    event.preventDefault();
    if (navigator.onLine) await Promise.race([nextcall.outbox.flush(), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    const left = (await nextcall.outbox.list()).length;
    const words = `${left === 1 ? "One thing you did is" : `${left} things you did are`} saved on this device and not sent. Signing out drops ${left === 1 ? "it" : "them"}.`;
    if (left && !(await nextcall.ask({ words, yes: "Sign out and drop", no: "Stay", stop: true }))) return;
    await nextcall.outbox.clear();
    await wipe({ drafts: true });
    const registered = await navigator.serviceWorker?.getRegistration().catch(() => null);
    await registered?.pushManager?.getSubscription().then((one) => one?.unsubscribe()).catch(() => null);
    form.submit();
  });
})();

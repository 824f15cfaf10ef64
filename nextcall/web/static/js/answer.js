// One conversation: the composer keeps every word, Ctrl or Cmd Shift Enter sends and goes on, others are told who is here.
// Every form works without this script: it posts and is sent back.
(() => {
  const nextcall = (window.nextcall ??= {});
  const HERE_EVERY = 15_000;
  const SAID = "inbox-said"; // what the next page tells of this one
  let told = 0; // when the server last heard that we write
  let sending = false;

  const answer = () => document.querySelector("[data-answer]");
  const panel = () => answer()?.querySelector("[data-panel]:not([hidden])");
  const area = () => panel()?.querySelector("textarea");
  const typed = () => Boolean(area()?.value.trim());
  const say = (words) => {
    const line = document.querySelector("[data-last] [role=status]");
    if (line) line.textContent = words;
  };
  const toTheEnd = () => {
    const body = document.querySelector("[data-scroll]");
    if (!body) return;
    body.scrollTop = body.scrollHeight;
    const alone = document.querySelector("[data-inbox].open, [data-focus]"); // a phone scrolls the page itself
    if (alone && matchMedia("(max-width: 899px)").matches) scrollTo({ top: document.documentElement.scrollHeight });
  };

  // Channels change without losing a word.
  const show = (name, focus) => {
    for (const tab of answer().querySelectorAll("[data-mode]")) {
      const here = tab.dataset.mode === name;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
    }
    for (const one of answer().querySelectorAll("[data-panel]")) {
      one.hidden = one.dataset.panel !== name;
      const next = one.querySelector("[data-next]");
      next.classList.toggle("go", !one.hidden && !next.disabled);
    }
    if (focus) area()?.focus();
  };

  const kept = (field) => `draft-${field.dataset.draft}`;
  const keep = (field) => {
    try {
      if (field.value) sessionStorage.setItem(kept(field), field.value);
      else sessionStorage.removeItem(kept(field));
    } catch { /* a private window may refuse storage: the words are still in the field */ }
  };
  const begin = () => {
    try {
      if (sessionStorage.getItem(SAID)) say(sessionStorage.getItem(SAID));
      sessionStorage.removeItem(SAID);
    } catch { /* as above */ }
    if (!answer()) return;
    show(answer().querySelector("[aria-selected=true]").dataset.mode, false);
    for (const field of answer().querySelectorAll("[data-draft]")) {
      try { field.value ||= sessionStorage.getItem(kept(field)) ?? ""; } catch { /* as above */ }
    }
    toTheEnd();
  };

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-answer] [data-mode]");
    if (tab) { event.preventDefault(); show(tab.dataset.mode, true); }
  });
  document.addEventListener("keydown", (event) => {
    const tabs = [...(answer()?.querySelectorAll("[data-mode]") ?? [])];
    const at = tabs.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at >= 0 && step) {
      const next = tabs[(at + step + tabs.length) % tabs.length];
      show(next.dataset.mode, false);
      next.focus();
    }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest?.("[data-panel]")) return;
    const form = event.target.closest("[data-panel]");
    const button = (event.shiftKey ? null : form.querySelector("[data-send]")) ?? form.querySelector("[data-next]");
    event.preventDefault();
    if (!button.disabled) form.requestSubmit(button);
  });

  // Who else is here: said while the page is looked at, and taken back when it is left.
  const here = async () => {
    const place = answer();
    if (!place || document.visibilityState !== "visible") return;
    const list = document.querySelector("[data-inbox]:not(.open)");
    if (list && matchMedia("(max-width: 899px)").matches) return; // a phone shows the list alone
    told = Date.now();
    try {
      const reply = await fetch(place.dataset.here, { method: "POST", body: presence({ writing: typed() ? "yes" : "no" }), headers: { Accept: "application/json" } });
      if (!reply.ok) return;
      const { others } = await reply.json();
      const line = document.querySelector("[data-others]");
      if (line && line.textContent !== others) line.textContent = others;
    } catch { /* without a connection nobody can be told */ }
  };
  const presence = (fields) => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return body;
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-draft]")) return;
    keep(event.target);
    if (Date.now() - told > HERE_EVERY || !document.body.dataset.writing) { document.body.dataset.writing = "yes"; here(); }
  });
  document.addEventListener("click", (event) => {
    const put = event.target.closest("[data-answer] [data-put]");
    const area = put?.closest("form").querySelector("textarea");
    if (!area || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    area.value += (area.value && !/\s$/.test(area.value) ? " " : "") + put.dataset.put;
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") here();
  });
  addEventListener("pagehide", () => {
    if (answer()) navigator.sendBeacon(answer().dataset.here, presence({ gone: "yes" }));
  });
  setInterval(here, HERE_EVERY);

  // Sending: through the outbox where there is one, so that a lost connection loses nothing.
  const held = (form, result) => {
    const block = form.querySelector("[data-held]");
    block.querySelector("[data-held-says]").textContent = result.problem;
    block.querySelector("[data-anyway]").value = result.held;
    block.hidden = false;
    block.querySelector("[data-anyway]").focus();
    refresh();
  };
  const send = async (form, button) => {
    const data = new FormData(form, button);
    const note = button?.hasAttribute("data-note");
    sending = true;
    const result = await nextcall.outbox.post(button?.getAttribute("formaction") || form.getAttribute("action"), data, { says: note ? "Note kept on this device." : "Kept on this device. It is sent when you are back." });
    sending = false;
    if (result.held) return held(form, result);
    if (result.problem) return say(result.problem);
    const field = form.querySelector("textarea");
    field.value = "";
    keep(field);
    if (result.queued) { say(result.said); return; }
    try { if (result.said) sessionStorage.setItem(SAID, result.said); } catch { /* the page says it without */ }
    location.assign(result.url || location.href);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-answer] [data-panel]") || event.defaultPrevented) return;
    if (sending) { event.preventDefault(); return; }
    if (nextcall.outbox) {
      event.preventDefault();
      // scripts that listen may take long: the button shows at once that it was pressed
      send(form, event.submitter).catch(() => { sending = false; HTMLFormElement.prototype.submit.call(form); });
      return;
    }
    const field = form.querySelector("textarea"), words = field.value;
    field.value = "";
    keep(field);
    field.value = words;
  });

  // What came since, without a reload: words that are typed stay, and so does how far they were written for.
  const take = (fresh) => {
    const parts = ["[data-said]", "[data-others]", ".talk-head .sub"];
    const were = document.querySelectorAll("[data-said] > li").length;
    for (const part of parts) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && now && old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
    }
    if (document.querySelectorAll("[data-said] > li").length > were) toTheEnd();
    if (typed()) return;
    const seen = fresh.querySelector("[data-seen]")?.value;
    for (const field of document.querySelectorAll("[data-seen]")) field.value = seen ?? field.value;
  };
  const refresh = async () => {
    try {
      const reply = await fetch(location.href, { headers: { "X-Nextcall-Live": "1" } });
      if (!reply.ok) return;
      const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
      const same = fresh.querySelector("[data-answer]")?.dataset.lead === answer()?.dataset.lead;
      if (same) take(fresh);
      document.dispatchEvent(new CustomEvent("nextcall:fresh", { detail: { page: fresh } }));
    } catch { /* the next event tries again */ }
  };
  let timer = 0;
  const WATCHED = /^(message|touch|inbox|action|cadence|lead|call|note|presence|permission)\b/;
  document.addEventListener("nextcall:live", (event) => {
    if (!WATCHED.test(event.detail?.kind ?? "")) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 250);
  });
  // Back from a lost connection: what was missed is fetched once.
  document.addEventListener("nextcall:connection", (event) => { if (event.detail?.online) refresh(); });
  nextcall.inbox = { refresh };

  begin();
  here();
})();

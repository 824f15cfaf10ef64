// What just happened: `nextcall:live` {kind, lead} on document, over one stream while the page is seen. Where a stream
// cannot be held it asks every 20 seconds whether anything came (kind "missed": fetch again what you show).
// `nextcall:connection` {online} when the server is lost and found; the bar in the frame says so (waiting.js).
(() => {
  const nextcall = (window.nextcall ??= {});
  const ASK_EVERY = 20_000;
  const WAITS = [1_000, 2_000, 5_000, 10_000, 30_000];
  let online = true;
  let stream = null;
  let latest = null; // the number of the last event known here
  let fails = 0;
  let again = 0;
  let resting = 0;

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const set = (reached) => {
    if (reached === online) return;
    online = reached;
    tell("nextcall:connection", { online });
  };
  const caughtUp = (number) => {
    if (latest !== null && number > latest) tell("nextcall:live", { kind: "missed", lead: null });
    latest = Math.max(number, latest ?? 0);
  };

  // Asks once whether anything came: says too whether the server can be reached at all.
  const ask = async () => {
    try {
      const answer = await fetch("/live/now", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8_000) });
      set(answer.status < 502 || answer.status > 504);
      if (answer.ok && !answer.redirected) caughtUp((await answer.json()).latest);
      return !answer.redirected;
    } catch {
      set(false);
      return true;
    }
  };

  const close = () => { stream?.close(); stream = null; clearTimeout(again); };
  // Without a stream: quietly every 20 seconds while the server answers, with growing pauses while it does not.
  const fallBack = async (tryStream) => {
    close();
    if (!(await ask()) || document.visibilityState === "hidden") return; // signed out: nothing here is ours to hear
    const wait = online ? ASK_EVERY : WAITS[Math.min(fails++, WAITS.length - 1)];
    again = setTimeout(() => (tryStream || !online ? open() : fallBack(Date.now() > resting)), wait * (0.9 + Math.random() * 0.2));
  };
  const open = () => {
    close();
    if (document.visibilityState === "hidden") return;
    stream = new EventSource("/live");
    stream.addEventListener("hello", (event) => { fails = 0; set(true); caughtUp(JSON.parse(event.data).latest); });
    stream.addEventListener("message", (event) => {
      latest = Math.max(Number(event.lastEventId) || 0, latest ?? 0);
      tell("nextcall:live", JSON.parse(event.data));
    });
    stream.addEventListener("full", () => { resting = Date.now() + 5 * 60_000; fallBack(false); });
    stream.addEventListener("gone", close);
    stream.addEventListener("error", () => { if (stream) fallBack(true); });
  };

  nextcall.connection = { get online() { return online; }, lost: () => set(false), found: () => set(true) };
  window.addEventListener("offline", () => { set(false); fallBack(true); });
  window.addEventListener("online", () => { fails = 0; fallBack(true).then(() => { if (online) open(); }); });
  window.addEventListener("pagehide", close);
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.visibilityState === "hidden") hiding = setTimeout(close, 15_000);
    else if (!stream) open();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  const begin = () => setTimeout(() => { if (navigator.onLine) open(); else { set(false); fallBack(true); } }, 200);
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin);
})();

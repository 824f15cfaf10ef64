// One queue for everything that is posted: nextcall.outbox.post(url, fields, {says}). It is stored on the device first,
// sent at once, and again until the server has answered. Its key makes the server take it once, however often it comes.
(() => {
  const nextcall = (window.nextcall ??= {});
  const table = nextcall.store.table("outbox");
  const me = Number(document.querySelector("meta[name=nextcall-member]")?.content) || 0;
  const ANSWER_WITHIN = 10_000; // after that it counts as kept; it is sent again later
  const AGAIN = [2_000, 8_000, 30_000];
  const FOR_GOOD = 30 * 24 * 3600_000; // a colleague's, never sent: the server has forgotten its key by then
  const awaited = new Map(); // key: who waits for the answer on this page
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("nextcall-outbox") : null;
  let timer = 0;
  let fails = 0;
  let reachable = true;
  let running = null;
  let runAgain = false;
  let latest = 0;

  const fresh = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const token = () =>
    document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ??
    document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const leadOf = (url) => url.match(/\/(?:leads|now)\/(\d+)\//)?.[1] ?? "";
  const pairs = (data) => {
    const all = data instanceof FormData || data instanceof URLSearchParams ? [...data] : Object.entries(data ?? {});
    return all.filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof Blob)).map(([name, value]) => [name, String(value ?? "")]);
  };
  // What it is, for the list, if whoever posts does not say.
  const KINDS = { note: "Note", send: "Message", call: "Call", snooze: "Snooze", window: "Call-back window" };
  const named = (path, fields) => {
    const outcome = fields.find(([name]) => name === "outcome")?.[1].replaceAll("_", " ");
    const kind = outcome ? outcome[0].toUpperCase() + outcome.slice(1) : KINDS[path.match(/\/(\w+)\/$/)?.[1]] ?? "A change";
    const who = (document.getElementById("who") ?? document.querySelector("main h1"))?.textContent.trim();
    return who && leadOf(path) ? `${kind}, ${who}` : kind;
  };
  const inOrder = (entries) => entries.sort((a, b) => a.tapped_at - b.tapped_at || (a.key < b.key ? -1 : 1));
  const mine = async () => inOrder((await table.all()).filter((one) => one.member === me));

  const tell = async (others = true) => {
    const entries = await mine();
    const waiting = entries.filter((one) => one.kept && !one.problem);
    const refused = entries.filter((one) => one.problem);
    const detail = { waiting: waiting.length, refused: refused.length, reachable, lasting: nextcall.store.lasting };
    document.dispatchEvent(new CustomEvent("nextcall:outbox", { detail }));
    clearTimeout(timer);
    const unsent = entries.some((one) => !one.problem);
    if (unsent) timer = setTimeout(flush, AGAIN[Math.min(fails, AGAIN.length - 1)]);
    if (others) channel?.postMessage({});
    return detail;
  };
  const resolve = (key, result) => {
    awaited.get(key)?.(result);
    return awaited.delete(key);
  };
  channel?.addEventListener("message", ({ data }) => {
    if (data.key) resolve(data.key, data.result); // another tab sent it
    tell(false);
  });

  const keep = async (entry) => {
    if (!entry.kept) await table.put(Object.assign(entry, { kept: true }));
    resolve(entry.key, { ok: true, queued: true, status: 0, said: `${entry.says}. Saved on this device.`, problem: "", action: null, url: "" });
  };

  const ask = async (entry) => {
    const body = new URLSearchParams(entry.fields);
    const age = (Date.now() - entry.tapped_at) / 1000;
    if (age >= 1) body.set("age", age.toFixed(3));
    const answer = await fetch(entry.url, {
      method: "POST",
      body,
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
      headers: { Accept: "application/json", "Idempotency-Key": entry.key, "X-CSRFToken": token(), "X-Nextcall-Member": String(entry.member) },
    });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    return { answer, told };
  };

  // What became of one entry: "done", "later" (its lead waits), or "stop" (nothing more can be sent now).
  const send = async (entry, secondTry = false) => {
    let answer, told;
    try {
      ({ answer, told } = await ask(entry));
    } catch {
      reachable = false;
      await keep(entry);
      return "stop";
    }
    reachable = true;
    const signedOut = answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in/"));
    if (signedOut) document.dispatchEvent(new CustomEvent("nextcall:signed-out"));
    if (signedOut || answer.status === 409) { await keep(entry); return "stop"; }
    if (answer.status >= 500 || answer.status === 429) { await keep(entry); return "later"; }
    if (answer.status === 403 && !secondTry) {
      await fetch("/device/", { credentials: "same-origin" }).catch(() => null); // gives a fresh token
      return send(entry, true);
    }
    await settle(entry, answer, told);
    return "done";
  };

  const settle = async (entry, answer, told) => {
    const words = { 403: "This page is too old to be taken. Load it again.", 404: "That is gone, or with a colleague now." };
    const problem = told.problem || (answer.ok ? "" : words[answer.status] ?? `The server refused it (${answer.status}).`);
    const result = { ok: !problem, queued: false, status: answer.status, said: "", action: null, url: "", ...told, problem };
    const seen = awaited.has(entry.key);
    if (problem && !seen) await table.put({ ...entry, problem }); // nobody saw it: it stays in the list, with why
    else await table.drop(entry.key);
    resolve(entry.key, result);
    channel?.postMessage({ key: entry.key, result });
    document.dispatchEvent(new CustomEvent(problem ? "nextcall:refused" : "nextcall:sent", { detail: { entry, result, seen } }));
  };

  const round = async () => {
    const held = new Set();
    const entries = (await mine()).filter((one) => !one.problem);
    for (const entry of entries) {
      if (entry.lead && held.has(entry.lead)) { await keep(entry); continue; }
      if (!(await table.get(entry.key))) continue; // another tab sent it, or it was dropped
      const became = await send(entry);
      if (became === "later") held.add(entry.lead || entry.key);
      if (became === "stop") {
        for (const one of await mine()) if (!one.problem) await keep(one);
        fails += 1;
        return;
      }
    }
    fails = held.size ? fails + 1 : 0;
  };

  // One tab sends at a time. What is posted while a round runs gets the next one.
  const flush = () => {
    if (!me) return Promise.resolve();
    if (running) { runAgain = true; return running; }
    running = (async () => {
      do {
        runAgain = false;
        await (navigator.locks ? navigator.locks.request("nextcall-outbox", round) : round());
        await tell();
      } while (runAgain);
    })().catch(() => tell()).finally(() => { running = null; });
    return running;
  };

  const post = async (url, data, { says = "" } = {}) => {
    latest = Math.max(Date.now(), latest + 1);
    const entry = { key: fresh(), url: new URL(url, location.href).pathname, fields: pairs(data), tapped_at: latest, says: /^(Saved|Undo)?\.?$/.test(says) ? "" : says.replace(/\.$/, ""), member: me, lead: "", kept: !navigator.onLine };
    entry.says ||= named(entry.url, entry.fields);
    entry.lead = leadOf(entry.url);
    await table.put(entry);
    const answered = new Promise((take) => awaited.set(entry.key, take));
    if (navigator.onLine) {
      setTimeout(() => awaited.has(entry.key) && keep(entry).then(tell), ANSWER_WITHIN);
      flush();
    } else {
      reachable = false;
      await keep(entry);
      await tell();
    }
    return answered;
  };

  // Another member on this device: what they have not sent waits for them, and is never sent by anybody else.
  const forgetOld = async () => {
    for (const one of await table.all()) if (Date.now() - one.tapped_at > FOR_GOOD) await table.drop(one.key);
  };

  nextcall.outbox = {
    post,
    flush,
    list: mine,
    count: () => tell(false),
    drop: (key) => table.drop(key).then(() => tell()),
    clear: async () => { for (const one of await mine()) await table.drop(one.key); return tell(); },
    again: async (key) => {
      const entry = await table.get(key);
      if (entry) await table.put({ ...entry, problem: "", key: entry.problem ? fresh() : entry.key });
      if (entry?.problem) await table.drop(key);
      return flush();
    },
  };
  if (!me) return;
  for (const name of ["online", "pageshow"]) window.addEventListener(name, () => { fails = 0; reachable = navigator.onLine; flush(); });
  window.addEventListener("offline", () => { reachable = false; tell(false); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") flush(); });
  document.addEventListener("nextcall:connection", (event) => { reachable = Boolean(event.detail?.online); flush(); });
  forgetOld().then(flush);
})();

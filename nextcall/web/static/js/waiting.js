// The bar that says what the connection is like, and the sheet "Waiting on this device".
(() => {
  const nextcall = (window.nextcall ??= {});
  if (!document.querySelector("meta[name=nextcall-member]")) return;
  const device = matchMedia("(pointer: coarse)").matches ? "phone" : "computer";
  const STILL = 5_000;
  let state = { waiting: 0, refused: 0, reachable: navigator.onLine, lasting: true };
  let slow = false;
  let fetching = 0;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const button = (words, press, look = "btn small") => make("button", { type: "button", className: look, textContent: words, onclick: press });

  // A question with two answers; Escape is the quiet one.
  nextcall.ask = ({ words, yes, no, stop = false }) => new Promise((resolve) => {
    const sheet = make("dialog", { className: "sheet-small" });
    const answer = (value) => () => { resolve(value); sheet.close(); };
    const go = button(yes, answer(true), stop ? "btn stop" : "btn go");
    sheet.append(make("p", { textContent: words }), make("p", { className: "acts" }, button(no, answer(false), "btn"), go));
    sheet.addEventListener("close", () => { resolve(false); sheet.remove(); });
    document.body.append(sheet);
    sheet.showModal();
  });

  const bar = document.querySelector("[data-connection]") ?? (() => {
    const made = make("aside");
    made.dataset.connection = "";
    document.getElementById("main")?.prepend(made);
    return made;
  })();
  bar.classList.add("connection");
  bar.hidden = true;
  const line = make("span");
  line.setAttribute("role", "status");
  const more = button("See them", () => open(), "link");
  bar.replaceChildren(line, more);

  const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  const says = async () => {
    const kept = nextcall.offline?.kept();
    if (state.refused) return [`${state.refused} could not be sent`, "See why"];
    if (state.waiting && !state.lasting) return [`This window keeps nothing: leave it open. ${state.waiting} to send`, "See them"];
    if (state.waiting) return [`Saved on this ${device}, ${state.waiting} to send`, "See them"];
    if (!state.reachable) {
      const cards = (await nextcall.offline?.cards())?.length ?? 0;
      return [`Can\u2019t reach the server.${cards ? ` ${cards} card${cards === 1 ? " is" : "s are"} saved on this ${device}.` : ""}`, ""];
    }
    if (slow) return ["Still fetching. Your saved cards work meanwhile.", ""];
    return kept ? [`This page is as it was at ${clock(kept)}.`, "Refresh"] : ["", ""];
  };
  const show = async () => {
    const [words, word] = await says();
    if (line.textContent !== words) line.textContent = words;
    more.textContent = word;
    more.hidden = !word;
    bar.hidden = !words;
  };
  document.addEventListener("nextcall:outbox", (event) => { state = event.detail; show(); if (sheet.open) list(); });

  // Something that a person waits for: after five seconds the bar says so.
  nextcall.patience = (promise) => {
    fetching += 1;
    const timer = setTimeout(() => { slow = true; show(); }, STILL);
    const over = () => { clearTimeout(timer); fetching -= 1; if (!fetching && slow) { slow = false; show(); } };
    promise.then(over, over);
    return promise;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || (link.hash && link.pathname === location.pathname)) return;
    nextcall.patience(new Promise((resolve) => { addEventListener("pageshow", resolve, { once: true }); setTimeout(resolve, 20_000); }));
  });

  // The sheet.
  const rows = make("ul", { className: "rows" });
  const none = make("p", { className: "quiet", textContent: "Nothing waits: everything has been sent." });
  const sheet = make("dialog", { className: "sheet-small waiting" },
    make("h2", { textContent: `Waiting on this ${device}`, id: "waiting-title" }), none, rows,
    make("p", { className: "acts" }, button("Close", () => sheet.close(), "btn"), button("Send now", () => nextcall.outbox.flush(), "btn")));
  sheet.setAttribute("aria-labelledby", "waiting-title");
  sheet.id = "waiting";
  document.body.append(sheet);

  const ago = (at) => {
    const minutes = Math.round((Date.now() - at) / 60_000);
    return minutes < 1 ? "just now" : minutes < 60 ? `${minutes} min ago` : minutes < 1440 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
  };
  const row = (entry) => {
    const words = entry.fields.find(([name]) => name === "body" || name === "note")?.[1];
    const about = make("div", { className: "about" }, make("b", { textContent: entry.says }), make("span", { className: "quiet", textContent: ago(entry.tapped_at) }));
    if (words) about.append(make("p", { textContent: words }));
    if (entry.problem) about.append(make("p", { className: "wrong", textContent: entry.problem }));
    const drop = async () => {
      if (await nextcall.ask({ words: `Drop \u201c${entry.says}\u201d? It is not sent and not kept.`, yes: "Drop", no: "Keep", stop: true })) await nextcall.outbox.drop(entry.key);
    };
    const acts = make("span", { className: "acts" }, button("Drop", drop));
    if (entry.problem) acts.prepend(button("Try again", () => nextcall.outbox.again(entry.key)));
    return make("li", {}, about, acts);
  };
  const list = async () => {
    const entries = await nextcall.outbox.list();
    rows.replaceChildren(...entries.map(row));
    none.hidden = entries.length > 0;
  };
  const open = async () => {
    if (!state.refused && !state.waiting) { location.reload(); return; }
    await list();
    if (!sheet.open) sheet.showModal();
  };
  nextcall.waiting = { open: async () => { await list(); sheet.showModal(); } };
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-waiting]")) nextcall.waiting.open(); });
  nextcall.outbox.count();
})();

// The command menu: Ctrl or Cmd K, and every [data-menu-open]. Pages, what this page can do ([data-command], [data-key]),
// leads as one types, looks, and the last deeds with Undo. A combobox: the field keeps the focus, arrows choose.
(() => {
  const nextcall = (window.nextcall ??= {});
  const menu = document.getElementById("menu");
  const commands = document.getElementById("menu-commands");
  if (!menu || !commands) return;
  const ask = menu.querySelector("[role=combobox]");
  const list = menu.querySelector("[role=listbox]");
  const found = menu.querySelector("[data-found]");
  const form = menu.querySelector("form");
  const icons = document.querySelector(".side use, .tabs use")?.getAttribute("href").split("#")[0] ?? "";
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  let all = [];
  let leads = [];
  let deeds = [];
  let shown = [];
  let at = 0;
  let asked = 0;
  let timer = 0;

  const post = (action, name, value) => () => {
    form.action = action;
    form.querySelectorAll("[data-own]").forEach((old) => old.remove());
    if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    if (name) form.lastChild.dataset.own = "";
    form.requestSubmit();
  };
  const here = () => {
    const keyed = [...nextcall.keys.pageKeys()].map(([key, element]) => [element, nextcall.keys.shown(key)]);
    const known = new Map(keyed);
    for (const element of document.querySelectorAll("[data-command]")) if (!known.has(element) && element.checkVisibility()) known.set(element, "");
    return [...known].map(([element, key]) => ({
      group: "On this page", words: nextcall.keys.wordsOf(element), key,
      run: () => nextcall.keys.use(element),
    }));
  };
  const standing = () => [...commands.content.children].map((one) => ({
    group: one.dataset.group, words: one.textContent.trim(), icon: one.dataset.icon,
    key: one.dataset.go ? `G ${one.dataset.go.toUpperCase()}` : "",
    run: one.href ? () => location.assign(one.href) : post(one.dataset.action, one.dataset.name, one.value),
  }));
  const sheet = { group: "Looks", words: "All keys of this page", icon: "key", key: "?", run: () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "?" })) };

  const fetchDeeds = async () => {
    const answer = await fetch(menu.dataset.deeds, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    deeds = (await answer.json()).deeds.map((one) => ({
      group: "What you did last", words: one.url ? `Undo: ${one.says}` : one.says, icon: "undo",
      note: one.url ? one.when : `${one.when}. ${one.why_not}`, off: !one.url, run: one.url ? post(one.url) : null,
    }));
    draw();
  };
  const fetchLeads = async () => {
    const wanted = ask.value.trim();
    const mine = ++asked;
    leads = [];
    if (wanted.length < 2) return draw();
    const answer = await fetch(`${menu.dataset.search}?q=${encodeURIComponent(wanted)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || !answer?.ok || answer.redirected) return;
    leads = (await answer.json()).leads.map((one) => ({ group: "Leads", words: one.name, note: one.about, icon: "person", run: () => location.assign(one.url) }));
    draw();
  };

  const fits = (one, words) => words.every((word) => `${one.words} ${one.group}`.toLowerCase().includes(word));
  const drawing = (one, n) => {
    const line = document.createElement("li");
    Object.assign(line, { id: `menu-${n}`, role: "option" });
    line.setAttribute("aria-selected", String(n === at));
    if (one.off) line.setAttribute("aria-disabled", "true");
    if (one.icon) {
      line.innerHTML = '<svg class="i" aria-hidden="true"><use/></svg>';
      line.querySelector("use").setAttribute("href", `${icons}#${one.icon}`);
    }
    line.append(Object.assign(document.createElement("span"), { textContent: one.words, className: "words" }));
    if (one.note) line.append(Object.assign(document.createElement("span"), { textContent: one.note, className: "quiet" }));
    if (one.key) line.append(Object.assign(document.createElement("kbd"), { textContent: one.key }));
    line.addEventListener("click", () => { at = n; choose(); });
    return line;
  };
  const draw = () => {
    const words = ask.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = [...leads, ...all, ...deeds].filter((one) => one.group === "Leads" || fits(one, words));
    at = Math.min(at, Math.max(shown.length - 1, 0));
    const lines = [];
    shown.forEach((one, n) => {
      if (one.group !== shown[n - 1]?.group) lines.push(Object.assign(document.createElement("li"), { role: "presentation", className: "group", textContent: one.group }));
      lines.push(drawing(one, n));
    });
    list.replaceChildren(...lines);
    found.textContent = shown.length ? `${shown.length} to choose from` : "Nothing by that name";
    if (!shown.length) list.append(Object.assign(document.createElement("li"), { role: "presentation", className: "group", textContent: "Nothing by that name." }));
    mark();
  };
  const mark = () => {
    for (const line of list.querySelectorAll("[role=option]")) line.setAttribute("aria-selected", String(line.id === `menu-${at}`));
    const line = document.getElementById(`menu-${at}`);
    if (line) ask.setAttribute("aria-activedescendant", line.id);
    else ask.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  };
  const choose = () => {
    const one = shown[at];
    if (!one?.run) return;
    menu.close();
    one.run();
  };

  const open = () => {
    if (menu.open) return true;
    all = [...here(), ...standing(), sheet];
    [leads, at, ask.value] = [[], 0, ""];
    menu.showModal();
    draw();
    fetchDeeds();
    return true;
  };
  ask.addEventListener("input", () => { at = 0; clearTimeout(timer); timer = setTimeout(fetchLeads, 90); draw(); });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step && shown.length) at = Math.abs(step) === 1 ? (at + step + shown.length) % shown.length : Math.max(0, Math.min(shown.length - 1, at + step));
    else if (event.key === "Enter" && event.target === ask) choose();
    else return;
    event.preventDefault();
    mark();
  });
  menu.addEventListener("click", (event) => { if (event.target === menu) menu.close(); });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-menu-open]")) open(); });
  window.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(mac ? event.metaKey : event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (menu.open) menu.close();
    else if (!document.querySelector("dialog:modal")) open();
  });
  document.addEventListener("nextcall:sent", () => { if (menu.open) fetchDeeds(); });
  const unhide = () => { for (const button of document.querySelectorAll("[data-menu-open]")) button.hidden = false; };
  unhide();
  new MutationObserver(unhide).observe(document.querySelector(".shell") ?? document.body, { childList: true }); // Now deals the side anew
  nextcall.menu = { open };
})();

// The composer: modes change without losing a word, drafts survive a reload, Ctrl or Cmd Enter sends.
(() => {
  const write = document.querySelector("[data-write]");
  const facts = document.querySelector("[data-wide]");
  if (facts && matchMedia("(max-width: 899px)").matches) facts.open = false;
  if (!write) return;

  const show = (name, focus) => {
    for (const tab of write.querySelectorAll("[data-mode]")) {
      const here = tab.dataset.mode === name;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
    }
    for (const panel of write.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== name;
      const send = panel.querySelector("[data-send]");
      if (send) send.classList.toggle("go", !panel.hidden && !send.disabled);
    }
    if (focus) write.querySelector(`[data-panel="${name}"] textarea, [data-panel="${name}"] input:not([type=hidden])`)?.focus();
  };

  const tabs = [...write.querySelectorAll("[data-mode]")];
  show(write.querySelector("[aria-selected=true]").dataset.mode, false);
  write.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-mode]");
    if (tab) { event.preventDefault(); show(tab.dataset.mode, true); }
    const put = event.target.closest("[data-put]");
    const area = put?.form.querySelector("textarea");
    if (area) { area.value += (area.value && !area.value.endsWith("\n") ? "\n" : "") + put.dataset.put; area.focus(); keep(area); }
  });
  write.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at >= 0 && step) {
      const next = tabs[(at + step + tabs.length) % tabs.length];
      show(next.dataset.mode, false);
      next.focus();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  });

  const keep = (area) => {
    try {
      if (area.value) sessionStorage.setItem(`draft-${area.dataset.draft}`, area.value);
      else sessionStorage.removeItem(`draft-${area.dataset.draft}`);
    } catch { /* a private window may refuse storage: the words are still in the field */ }
  };
  for (const area of write.querySelectorAll("[data-draft]")) {
    try { area.value ||= sessionStorage.getItem(`draft-${area.dataset.draft}`) ?? ""; } catch { /* as above */ }
    area.addEventListener("input", () => keep(area));
    area.form.addEventListener("submit", () => { const words = area.value; area.value = ""; keep(area); area.value = words; });
  }

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

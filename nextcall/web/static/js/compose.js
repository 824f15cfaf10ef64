// The composer: modes change without losing a word, drafts survive a reload, Ctrl or Cmd Enter sends. A draft with an
// open gap stays here and says which; how long a text is, and that it was sent before, is said while it is written.
(() => {
  const write = document.querySelector("[data-write]");
  if (!write) return;
  const GAP = /\[\[([\s\S]*?)\]\]|\[([^[\]]*\bonly you\b[^[\]]*)\]/;
  const PLAIN = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
  const TWICE = /[\^{}\\[~\]|€]/g;
  const plain = (words) => words.split(/\s+/).join(" ").trim();

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

  // One part holds 160 plain letters or 70 of any; joined parts a few less.
  const parts = (words) => {
    const simple = PLAIN.test(words);
    const length = simple ? words.length + (words.match(TWICE)?.length ?? 0) : words.length;
    const [one, more] = simple ? [160, 153] : [70, 67];
    const count = length <= one ? 1 : Math.ceil(length / more);
    return { count, left: (count === 1 ? one : count * more) - length };
  };
  const gapIn = (area) => {
    const subject = area.form.querySelector("[name=subject]");
    for (const field of [subject, area]) {
      const found = field && GAP.exec(field.value);
      if (found) return { field, found, asks: plain(found[1] ?? found[2] ?? "") || "a line of your own" };
    }
    return null;
  };
  const told = (area) => {
    const line = area.form.querySelector("[data-told]");
    const gap = gapIn(area);
    const sent = JSON.parse(area.dataset.sent || "[]").map(plain);
    const again = sent.length === 2 && area.value.trim() && sent.every((one) => one === plain(area.value));
    const { count, left } = parts(area.value);
    const words = [];
    if (gap) words.push(`Still open: “${gap.asks}”.`);
    if (again) words.push(`Same ${area.dataset.channel} as your last two to ${write.getAttribute("aria-label").replace("Write to ", "")}.`);
    if (area.dataset.channel === "text" && area.value && (count > 1 || left < 40)) words.push(count > 1 ? `${count} parts, ${left} left` : `${left} left`);
    if (line.textContent !== words.join(" ")) line.textContent = words.join(" ");
    line.classList.toggle("gap", Boolean(gap) || again);
  };

  const tabs = [...write.querySelectorAll("[data-mode]")];
  show(write.querySelector("[aria-selected=true]").dataset.mode, false);
  write.addEventListener("click", (event) => {
    const plainly = event.ctrlKey || event.metaKey || event.shiftKey;
    const tab = event.target.closest("[data-mode]");
    if (tab && !plainly) { event.preventDefault(); show(tab.dataset.mode, true); }
    const put = event.target.closest("[data-put]");
    const area = put?.closest("form").querySelector("textarea");
    if (!area || plainly) return;
    event.preventDefault();
    area.value += (area.value && !/\s$/.test(area.value) ? (area.dataset.channel === "text" ? " " : "\n") : "") + put.dataset.put;
    area.focus();
    keep(area);
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
    told(area);
    try {
      if (area.value) sessionStorage.setItem(`draft-${area.dataset.draft}`, area.value);
      else sessionStorage.removeItem(`draft-${area.dataset.draft}`);
    } catch { /* a private window may refuse storage: the words are still in the field */ }
  };
  for (const area of write.querySelectorAll("[data-draft]")) {
    let stored = "";
    try { stored = sessionStorage.getItem(`draft-${area.dataset.draft}`) ?? ""; } catch { /* as above */ }
    if (stored && !area.value.includes(stored)) area.value = stored.includes(area.value) ? stored : `${stored}\n${area.value}`;
    area.addEventListener("input", () => keep(area));
    if (area.value) keep(area);
  }

  // A draft with an open gap does not leave: the gap is selected, so that the next key fills it.
  write.addEventListener("submit", (event) => {
    const area = event.target.querySelector("[data-draft]");
    if (!area) return;
    const gap = area.dataset.channel === "note" ? null : gapIn(area);
    if (gap) {
      event.preventDefault();
      const line = event.target.querySelector("[data-told]");
      line.textContent = `Not sent: the gap “${gap.asks}” is still open. Only you can write that line.`;
      line.classList.add("gap");
      gap.field.focus();
      gap.field.setSelectionRange(gap.found.index, gap.found.index + gap.found[0].length);
      return;
    }
    if (event.target.matches("[data-quiet]") && window.nextcall?.outbox) return; // its words go once they are taken
    const words = area.value;
    area.value = "";
    keep(area);
    area.value = words;
  }, true);

  document.addEventListener("nextcall:taken", ({ detail: { form } }) => {
    if (!write.contains(form)) return;
    for (const area of form.querySelectorAll("textarea")) { area.value = ""; if (area.dataset.draft) keep(area); }
    for (const field of form.querySelectorAll("[name=subject], [name=until], [name=minutes]")) field.value = "";
    for (const radio of form.querySelectorAll("[type=radio]")) radio.checked = false;
  });
})();

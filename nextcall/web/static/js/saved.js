// A saved answer goes into what is being written, and its gap is marked so that typing fills it.
// Without this script its link opens the composer with the words.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-put-saved]");
  const area = chosen?.closest("form")?.querySelector("textarea");
  if (!area || area.disabled) return;
  event.preventDefault();
  const from = area.value.length;
  area.value += (area.value && !/\s$/.test(area.value) ? "\n" : "") + chosen.dataset.putSaved;
  chosen.closest("details").open = false;
  area.focus();
  const gap = /\[\[[^\]]*\]\]/.exec(area.value.slice(from));
  if (gap) area.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

// What was chosen or typed before the scripts had loaded: says it once more when they all listen.
(() => {
  const options = (select) => [...select.options];
  const first = (select) => Math.max(options(select).findLastIndex((option) => option.defaultSelected), 0);
  const differs = (field) => {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (field.multiple) return options(field).some((option) => option.selected !== option.defaultSelected);
    return field.matches("select") ? field.selectedIndex !== first(field) : field.value !== field.defaultValue;
  };
  // Looked at now, before another script fills in anything; from here on each choice is heard.
  const early = new Set([...document.querySelectorAll("input, select, textarea")].filter((field) => field.type !== "hidden" && differs(field)));
  const hear = ({ target }) => early.add(target);
  const KINDS = ["input", "change"];
  for (const kind of KINDS) document.addEventListener(kind, hear, true);
  document.addEventListener("DOMContentLoaded", () => {
    for (const kind of KINDS) document.removeEventListener(kind, hear, true);
    for (const field of early) for (const kind of KINDS) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
})();

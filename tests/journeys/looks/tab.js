() => {
  const seen = (it) => it.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !it.closest("[inert]");
  const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
    .filter((it) => it.tabIndex >= 0 && !it.disabled && seen(it) && !it.matches(".skip"));
  const region = (it) => {
    for (let at = it; at && at !== document.body; at = at.parentElement)
      if (/fixed|sticky/.test(getComputedStyle(at).position) || at.matches("nav, aside, .rail, dialog, [popover]")) return at;
    return document.querySelector("main");
  };
  const named = (it) => it.outerHTML.slice(0, 140);
  const wrong = [];
  let before = null;
  for (const it of stops) {
    it.focus();
    const shown = it.matches(".vh, .vh *, [type=file]") ? it.closest("label") ?? it.labels?.[0] ?? it : it;
    const box = [...shown.getClientRects()][0];
    if (!box || document.activeElement !== it) { wrong.push(["takes no focus", named(it)]); continue; }
    const ring = [it, shown, shown.parentElement, shown.parentElement?.parentElement].some((at) =>
      at && getComputedStyle(at).outlineStyle !== "none" && parseFloat(getComputedStyle(at).outlineWidth) >= 2);
    if (!ring) wrong.push(["shows no ring", named(it)]);
    const here = { it, region: region(shown), top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
    if (box.height < innerHeight * 0.8) {
      const points = [[.5, .5], [.5, .08], [.5, .92]].map(([x, y]) => [box.left + box.width * x, box.top + box.height * y]);
      for (const [x, y] of points) {
        if (y > innerHeight && it.matches("textarea")) continue; // its caret is in sight: it is longer than the window is high
        const hit = document.elementFromPoint(x, y);
        if (!hit || !(shown.contains(hit) || hit.contains(shown))) { wrong.push(["is covered or out of sight", named(it), hit ? hit.outerHTML.slice(0, 80) : "nothing", x, y]); break; }
      }
    }
    if (before && before.region === here.region && here.bottom <= before.top + 1 && here.left < before.right)
      wrong.push(["comes after what stands below it", named(it), named(before.it)]);
    before = here;
  }
  return wrong.length ? wrong.slice(0, 6) : null;
}

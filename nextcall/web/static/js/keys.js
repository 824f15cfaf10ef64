// Single keys: G then a letter goes to a page, / searches, Z undoes, ? lists them.
// They never fire in a field or with a modifier, and data-keys="off" turns them off.
(() => {
  const places = { n: "now", l: "leads", m: "imports", s: "settings" };
  const body = document.body;
  const sheet = document.getElementById("keys");
  let led = 0;

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const open = (name) => document.querySelector(`[data-place="${name}"]`)?.click();

  // A page's own keys: <button data-key="1">, <a data-key="c">. The first visible one is pressed.
  const press = (key) => {
    const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((it) => it.checkVisibility());
    if (!found) return false;
    if (typing(found)) found.focus();
    else found.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (body.dataset.keys === "off" || typing(event.target) || (sheet?.open && event.key !== "?")) return;
    const key = event.key.toLowerCase();
    const leading = Date.now() - led < 1500;
    led = 0;
    if (leading && places[key]) open(places[key]);
    else if (key === "g" && !leading) { led = Date.now(); return; }
    else if (key === "?" && sheet) sheet.open ? sheet.close() : sheet.showModal();
    else if (key === "/" && !press(key)) open("leads");
    else if (key !== "/" && !press(key)) return;
    event.preventDefault();
  });
})();

// Keys: <a data-key="c"> and <button data-key="1"> are pressed by their key, fields are focused; data-hidden-key does the
// same for what stands in a closed sheet. G then a letter goes to a page, / searches, ? lists every key.
// They never fire in a field, with a modifier, or while a dialog is open; data-keys="off" turns the single ones off.
(() => {
  const nextcall = (window.nextcall ??= {});
  const sheet = document.getElementById("keys");
  const commands = document.getElementById("menu-commands");
  let led = 0;

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const goTo = (letter) => commands?.content.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.href;

  // What an element does, in the words that stand on it.
  const wordsOf = (element) => {
    if (element.dataset.command) return element.dataset.command;
    const named = element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.placeholder;
    if (named) return named.replace(/\s+/g, " ").trim();
    const copy = element.cloneNode(true);
    for (const extra of copy.querySelectorAll("kbd, svg, [aria-hidden=true]")) extra.remove();
    const parts = [...copy.childNodes].map((part) => part.textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
    return parts.join(", ");
  };
  // Every key that works on this page now, each once: what is seen, then what a closed sheet holds.
  const pageKeys = () => {
    const found = new Map();
    for (const element of document.querySelectorAll("[data-key]")) {
      if (element.checkVisibility() && !found.has(element.dataset.key)) found.set(element.dataset.key, element);
    }
    for (const element of document.querySelectorAll("[data-turn][data-key]")) { // on a phone they stand out of sight
      if (!found.has(element.dataset.key)) found.set(element.dataset.key, element);
    }
    for (const element of document.querySelectorAll("[data-hidden-key]")) {
      if (element.dataset.hiddenKey && !found.has(element.dataset.hiddenKey)) found.set(element.dataset.hiddenKey, element);
    }
    return found;
  };
  const use = (element) => {
    if (typing(element)) {
      const sheet = element.checkVisibility() ? null : element.closest("[popover]");
      sheet?.addEventListener("toggle", () => element.focus(), { once: true }); // after whatever the sheet itself does
      sheet?.showPopover();
      element.focus();
    } else if (element.type === "submit" && element.form && !element.checkVisibility()) element.form.requestSubmit(element);
    else element.click();
  };
  const press = (key) => {
    const element = pageKeys().get(key);
    if (element) use(element);
    return Boolean(element);
  };
  const shown = (key) => key.split("+").map((part) => (part.length === 1 ? part.toUpperCase() : part[0].toUpperCase() + part.slice(1))).join(" ");

  const list = () => {
    const part = sheet.querySelector("[data-page-keys]");
    const lines = [...pageKeys()].flatMap(([key, element]) => {
      const [term, does] = [document.createElement("dt"), document.createElement("dd")];
      term.append(Object.assign(document.createElement("kbd"), { textContent: shown(key) }));
      does.textContent = wordsOf(element);
      return [term, does];
    });
    part.querySelector("dl").replaceChildren(...lines);
    part.hidden = !lines.length;
    sheet.showModal();
  };
  const nameOf = (event) => {
    const key = event.key.toLowerCase();
    return event.shiftKey && (key.length > 1 || key !== key.toUpperCase()) ? `shift+${key}` : key;
  };

  const withModifier = (event, key) => {
    if (event.altKey || event.shiftKey) return false;
    if (key === "z" && !typing(event.target)) return press("z");
    if (key !== "enter" || !typing(event.target) || event.target.closest("[data-write]")) return false;
    const send = event.target.form?.querySelector("[data-send]");
    send?.form.requestSubmit(send);
    return Boolean(send);
  };
  const single = (event, key) => {
    const leading = Date.now() - led < 1500;
    led = 0;
    if (leading && goTo(key)) return location.assign(goTo(key)) ?? true;
    if (key === "g" && !leading) return Boolean((led = Date.now()));
    if ((key === "enter" || key === " ") && event.target.closest("a, button, summary, [tabindex]")) return false;
    if (event.key === "?" && sheet) return list() ?? true;
    if (key === "/") return press(key) || Boolean(nextcall.menu?.open());
    return press(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const open = document.querySelector("dialog:modal");
    if (open) { event.stopImmediatePropagation(); return; } // what stands behind it hears nothing
    const modified = event.ctrlKey || event.metaKey;
    if (!modified && (event.altKey || typing(event.target) || document.body.dataset.keys === "off")) return;
    const done = modified ? withModifier(event, event.key.toLowerCase()) : single(event, nameOf(event));
    if (!done) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]") && sheet) list();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  });
  for (const button of document.querySelectorAll("[data-keys-open]")) button.hidden = false;
  nextcall.keys = { wordsOf, pageKeys, shown, use };
})();

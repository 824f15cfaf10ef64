() => {
  const probe = Object.assign(document.createElement("i"), { className: "btn go" });
  document.body.append(probe);
  const pine = getComputedStyle(probe).backgroundColor;
  probe.remove();
  const filled = [...document.querySelectorAll("a, button, summary, input[type=submit]")].filter((it) =>
    it.checkVisibility({ visibilityProperty: true }) && getComputedStyle(it).backgroundColor === pine && !it.matches(".skip"));
  return filled.length > 1 ? filled.map((it) => it.textContent.trim()) : null;
}

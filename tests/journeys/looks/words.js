() => {
  const said = [document.title, document.body.innerText];
  for (const it of document.querySelectorAll("[aria-label], [placeholder], [title], [alt], [data-command]"))
    said.push(...["aria-label", "placeholder", "title", "alt", "data-command"].map((name) => it.getAttribute(name) ?? ""));
  const wrong = said.join("\n").match(/.{0,30}(overdue|streak|!).{0,20}/gi);
  const probe = Object.assign(document.createElement("i"), { className: "btn stop" });
  document.body.append(probe);
  const [brick, tint] = [getComputedStyle(probe).color, getComputedStyle(probe).backgroundColor];
  probe.remove();
  const about = /stop|end|erase|delete|remove|drop|revoke|deactivate|disconnect|undo|loss|lost/i;
  const misused = [...document.querySelectorAll("body *")].filter((it) => it.checkVisibility() && it.textContent.trim() &&
    [getComputedStyle(it).color, getComputedStyle(it).backgroundColor].some((one) => one === brick || one === tint) && !about.test(it.textContent));
  return wrong || misused.length ? [wrong, misused.map((it) => it.outerHTML.slice(0, 120))] : null;
}

// Shows the effect of a change of many leads anew as soon as something else is chosen; nothing happens to the leads.
(() => {
  const form = document.querySelector("[data-effect]");
  const shows = form?.querySelector("[data-shows]");
  if (!shows) return;
  const look = form.querySelector("[data-look]");
  if (look) look.hidden = true;
  let latest = 0;
  let timer = 0;
  const renew = async () => {
    const mine = ++latest;
    shows.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (!answer.ok || mine !== latest) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-shows]");
      if (fresh) shows.replaceChildren(...fresh.childNodes);
    } catch { /* away for a moment: the button still asks */ } finally {
      if (mine === latest) shows.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("change", renew);
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=text], input:not([type])")) return;
    clearTimeout(timer);
    timer = setTimeout(renew, 300);
  });
})();

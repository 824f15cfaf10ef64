// Counts again in the background when a decision about a file changes, so that the last sentence is never stale.
(() => {
  const form = document.querySelector("form.steps");
  const dry = form?.querySelector("[data-recount]");
  if (!dry) return;
  let latest = 0;
  const count = async () => {
    const mine = ++latest;
    dry.setAttribute("aria-busy", "true");
    try {
      const said = new FormData(form);
      said.append("background", "1");
      const answer = await fetch(form.action, { method: "POST", body: said });
      if (answer.status !== 200 || mine !== latest) return; // something needs mending first: the button says what
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-recount]");
      if (fresh) dry.innerHTML = fresh.innerHTML;
    } catch { /* away for a moment: the button still counts */ } finally {
      if (mine === latest) dry.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("change", count);
})();

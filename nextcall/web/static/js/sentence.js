// A filter applies as soon as it is chosen, on a phone when its sheet says Show; the search as one types.
// Without this script the Show button does it.
(() => {
  const form = document.querySelector("[data-sentence]");
  const rows = document.querySelector("[data-rows]");
  if (!form || !rows) return;
  const wide = matchMedia("(min-width: 900px)");
  const seek = form.querySelector("[data-seek]");
  const show = form.querySelector("[data-show]");
  let timer = 0;
  let asked = null;

  const fit = () => { show.hidden = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  form.addEventListener("change", (event) => {
    if (wide.matches && event.target.matches("select")) form.requestSubmit();
  });
  // Only what was chosen goes into the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  const look = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const query = new URLSearchParams(new FormData(form)).toString();
    rows.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${form.action}?${query}${query ? "&" : ""}part=rows`, { headers: { Accept: "text/html" }, signal: mine.signal });
      if (!answer.ok || answer.redirected) return;
      rows.innerHTML = await answer.text();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
      for (const field of document.querySelectorAll("input[name=query]")) field.value = query;
      document.dispatchEvent(new CustomEvent("nextcall:rows", { detail: { query } }));
    } catch { /* a newer look, or away for a moment */ } finally {
      if (asked === mine) rows.removeAttribute("aria-busy");
    }
  };
  seek.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  seek.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      rows.querySelector("tbody th a")?.focus();
    }
  });
})();

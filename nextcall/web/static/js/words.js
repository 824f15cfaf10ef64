// What is wrong with the words, below them while they are written. Without this script it is said when they are sent.
(() => {
  const WAIT = 600; // ms after the last key
  const waiting = new WeakMap();

  const look = async (area) => {
    const place = area.form?.querySelector("[data-words]");
    if (!place) return;
    waiting.get(area)?.abort?.abort();
    if (!area.value.trim()) { place.replaceChildren(); return; }
    const abort = new AbortController();
    waiting.set(area, { abort });
    try {
      const reply = await fetch(place.dataset.words, { method: "POST", body: new FormData(area.form), signal: abort.signal, headers: { "X-Quiet": "1" } });
      if (!reply.ok || reply.redirected) return;
      const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
      if (fresh.body.innerHTML.trim() !== place.innerHTML.trim()) place.replaceChildren(...fresh.body.childNodes);
    } catch { /* without a connection it is said when the words are sent */ }
  };
  const soon = (area) => {
    const before = waiting.get(area);
    clearTimeout(before?.timer);
    waiting.set(area, { ...before, timer: setTimeout(look, WAIT, area) });
  };
  const areaOf = (field) => field?.form?.querySelector("textarea[data-draft]");

  document.addEventListener("input", (event) => {
    const area = event.target.matches?.("[data-draft], [name=subject]") ? areaOf(event.target) : null;
    if (area?.form.querySelector("[data-words]")) soon(area);
  });
  document.addEventListener("click", (event) => { // a chip puts words into the draft
    const area = event.target.closest?.("[data-put]")?.closest("form")?.querySelector("textarea[data-draft]");
    if (area) soon(area);
  });
  document.addEventListener("nextcall:taken", ({ detail: { form } }) => form.querySelector("[data-words]")?.replaceChildren());
  for (const area of document.querySelectorAll("textarea[data-draft]")) if (area.value.trim()) soon(area);
})();

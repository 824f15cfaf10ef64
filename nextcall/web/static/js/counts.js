// How many are in each smart list now: asked when the page is there, and again when something happened, every 30 seconds
// at most. Lists for which one answer had no time are asked for once more.
(() => {
  const nav = document.querySelector("[data-lists]");
  if (!nav) return;
  const EVERY = 30_000;
  let asked = 0;
  let later = 0;
  const ask = async (only = []) => {
    asked = Date.now();
    try {
      const answer = await fetch(nav.dataset.lists + (only.length ? `?only=${only.join(",")}` : ""), { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const { counts, left } = await answer.json();
      for (const [key, count] of Object.entries(counts)) {
        const place = nav.querySelector(`[data-count="${CSS.escape(key)}"]`);
        if (place) place.textContent = count;
      }
      if (left.length && left.length !== only.length) await ask(left);
    } catch { /* away for a moment: the counts stay as they were */ }
  };
  const soon = () => {
    if (later) return;
    later = setTimeout(() => { later = 0; if (!document.hidden) ask(); }, Math.max(EVERY - (Date.now() - asked), 0));
  };
  // On a phone the lists are a strip, and a browser leaves a tab that shows in part where it is when Tab reaches it.
  // Not when a finger does: the strip would move from under it.
  nav.addEventListener("focusin", ({ target }) => {
    if (target.matches(":focus-visible")) target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  document.addEventListener("nextcall:live", soon);
  ask();
})();

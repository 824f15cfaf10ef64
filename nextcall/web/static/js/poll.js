// Fetches a part of the page again while something runs: <div data-poll="address">. A redirect means that it is over.
(() => {
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  const look = async () => {
    try {
      const answer = await fetch(part.dataset.poll, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 204) { location.reload(); return; }
      if (answer.ok) part.innerHTML = await answer.text();
    } catch { /* away for a moment: look again */ }
    setTimeout(look, document.hidden ? 5000 : 1000);
  };
  setTimeout(look, 700);
})();

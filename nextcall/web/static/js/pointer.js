// The one word of help goes with the first outcome.
(() => {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-deals], [data-swap]")) document.querySelector(".pointer")?.remove();
  });
})();

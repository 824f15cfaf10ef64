// A call to an invented person dials nobody: its start is stored as for any call, and the card asks how it went.
(() => {
  document.addEventListener("click", (event) => {
    const call = event.target.closest('a[href="#sample"]');
    if (!call) return;
    event.preventDefault();
    if (call.dataset.started) setTimeout(() => document.dispatchEvent(new Event("visibilitychange")), 250);
  });
})();

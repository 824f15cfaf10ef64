// What a message suggests, taken with one tap: through the outbox, so that a lost connection loses nothing. Every form
// works without this script.
(() => {
  const nextcall = (window.nextcall ??= {});
  const say = (words) => {
    const line = document.querySelector("[data-last] [role=status]");
    if (line) line.textContent = words;
  };
  const take = async (form, button) => {
    const chip = form.closest(".suggests");
    for (const one of chip.querySelectorAll("button")) one.disabled = true;
    const says = `${button?.textContent.replace(/\s+Y\s*$/, "").trim() ?? "Decided"}: ${chip.getAttribute("aria-label")}`;
    const result = await nextcall.outbox.post(form.action, new FormData(form), { says });
    if (result.problem) {
      for (const one of chip.querySelectorAll("button")) one.disabled = false;
      if (!form.elements.anyway) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "anyway", value: "1" })); // a second tap means it
      return say(result.problem);
    }
    if (result.queued) { chip.remove(); return say(result.said); }
    location.reload(); // the line with its Undo comes from the server
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-suggested]") || event.defaultPrevented || !nextcall.outbox) return;
    event.preventDefault();
    take(event.target, event.submitter).catch(() => HTMLFormElement.prototype.submit.call(event.target));
  });
})();

// Buttons that copy a field: <button data-copy="id-of-field" hidden>. Without script the field can be selected by hand.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const word = button.lastChild;
    const before = word.textContent;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    word.textContent = "Copied";
    setTimeout(() => { word.textContent = before; }, 2000);
  });
});

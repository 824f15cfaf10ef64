// Dropping and pasting a file on the import form, and saying that it is too large before it is sent.
(() => {
  const form = document.querySelector("form[data-max-bytes]");
  const zone = form?.querySelector("[data-drop]");
  const field = form?.querySelector("input[type=file]");
  if (!zone || !field) return;
  const tooLarge = form.querySelector("[data-too-large]");
  const fits = () => !field.files[0] || field.files[0].size <= Number(form.dataset.maxBytes);
  const check = () => { tooLarge.hidden = fits(); };

  zone.querySelector("[data-drop-words]").hidden = false;
  ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); }));
  ["dragleave", "drop"].forEach((name) => zone.addEventListener(name, () => zone.classList.remove("over")));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; check(); }
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { field.files = event.clipboardData.files; check(); }
  });
  field.addEventListener("change", check);
  form.addEventListener("submit", (event) => { check(); if (!fits()) event.preventDefault(); });
})();

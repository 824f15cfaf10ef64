// A filter applies as soon as it is chosen; without this script the Show button does it.
(() => {
  const form = document.querySelector("[data-sentence]");
  if (!form) return;
  const sift = form.querySelector("[data-sift]");
  const wide = matchMedia("(min-width: 900px)");
  const fit = () => { sift.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  form.querySelector("button").hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
  // Only what was chosen goes into the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
})();

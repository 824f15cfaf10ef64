// Guesses the time zone from the device, unless somebody already chose one that is not the first offered.
(() => {
  const select = document.querySelector("select[data-guess-zone]");
  if (!select) return;
  const guessed = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === guessed)) select.value = guessed;
})();

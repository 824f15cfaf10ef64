// Guesses the time zone from the device, unless one was already chosen.
(() => {
  const select = document.querySelector("select[data-guess-zone]");
  if (!select || select.selectedIndex > 0 || [...select.options].some((option) => option.defaultSelected)) return;
  const guessed = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === guessed)) select.value = guessed;
})();

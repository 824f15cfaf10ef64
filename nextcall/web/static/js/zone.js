// Guesses the time zone from the device where nobody has said one yet, neither here nor while this script loaded.
(() => {
  const select = document.querySelector("select[data-guess-zone]");
  if (!select) return;
  const options = [...select.options];
  const served = Math.max(options.findLastIndex((option) => option.defaultSelected), 0);
  if (select.selectedIndex !== served) return;
  const guessed = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (options.some((option) => option.value === guessed)) select.value = guessed;
})();

// Selecting leads: by ticking, by X and Shift with the arrows, all on the page, or all that fit. What is done with them
// is a form that works without this script.
(() => {
  const form = document.querySelector("[data-selection]");
  if (!form) return;
  const [chosen, everyone, none, all, said] = ["chosen", "everyone", "none", "all", "announce"].map((name) => form.querySelector(`[data-${name}]`));
  const boxes = () => [...document.querySelectorAll("input[name=lead]")];
  const rows = () => [...document.querySelectorAll(".leads tbody tr")];
  const linkOf = (row) => row?.querySelector("th a");
  const boxOf = (row) => row?.querySelector("input[name=lead]");
  const leads = (n) => `${n.toLocaleString("en-US")} ${n === 1 ? "lead" : "leads"}`;
  let fits = null; // {n, more}: how many fit the filter, once asked
  let waiting = 0;
  form.classList.add("js-quiet"); // without this script it stays in sight

  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const n = all.value ? fits?.fits ?? ticked : ticked;
    form.classList.toggle("on", n > 0);
    chosen.textContent = n ? `${leads(n)} selected` : "No lead selected";
    none.hidden = !n;
    const rest = fits && (fits.fits ?? 0) > ticked;
    everyone.hidden = !n || Boolean(all.value) || !rest;
    if (rest) everyone.textContent = fits.more ? `Select the first ${fits.fits.toLocaleString("en-US")} that fit` : `Select all ${fits.fits.toLocaleString("en-US")} that fit`;
    for (const box of boxes()) box.closest("tr").classList.toggle("chosen", box.checked);
    const here = document.querySelector("[data-all-here]");
    if (here) Object.assign(here, { hidden: false, checked: ticked > 0 && ticked === boxes().length, indeterminate: ticked > 0 && ticked < boxes().length });
    if (n && !fits) ask();
    clearTimeout(waiting);
    waiting = setTimeout(() => { said.textContent = chosen.textContent; }, 400);
  };
  const ask = async () => {
    fits = {};
    try {
      const answer = await fetch(form.dataset.fits, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) { fits = await answer.json(); show(); }
    } catch { fits = null; }
  };
  const clear = () => { all.value = ""; for (const box of boxes()) box.checked = false; };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all-here]")) for (const box of boxes()) box.checked = event.target.checked;
    if (!event.target.matches("[data-all-here], input[name=lead]")) return;
    all.value = "";
    show();
  });
  everyone.addEventListener("click", () => {
    all.value = "1";
    for (const box of boxes()) box.checked = true;
    show();
    none.focus();
  });
  none.addEventListener("click", () => { clear(); show(); linkOf(rows()[0])?.focus(); });
  document.addEventListener("nextcall:rows", (event) => {
    fits = null;
    all.value = "";
    form.dataset.fits = form.dataset.fits.replace(/fits=.*/, `fits=${encodeURIComponent(event.detail.query)}`);
    show();
  });

  // Keys: J and K go from row to row, X ticks, Shift with the arrows ticks on. See keys.js for when they are quiet.
  let here = null;
  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  const go = (step) => {
    const list = rows();
    const now = at() >= 0 ? at() : here ? list.indexOf(here) : -1;
    const next = now < 0 ? (step > 0 ? 0 : list.length - 1) : now + step;
    if (next >= list.length) { document.querySelector("[data-next]")?.click(); return null; }
    here = list[Math.max(next, 0)];
    linkOf(here)?.focus();
    return here;
  };
  const tick = (row, on) => {
    const box = boxOf(row);
    if (!box) return;
    box.checked = on ?? !box.checked;
    all.value = "";
    show();
  };
  const current = () => rows()[at()] ?? (here?.isConnected ? here : null);
  document.addEventListener("click", (event) => {
    const { goRow, tickOn } = event.target.dataset ?? {};
    if (goRow) go(Number(goRow));
    if ("tickRow" in (event.target.dataset ?? {})) tick(current() ?? go(1));
    if (tickOn) {
      const row = current();
      if (row) tick(row, true);
      const next = go(Number(tickOn));
      if (next) tick(next, true);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || at() < 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || (step > 0 && at() === rows().length - 1)) return;
    event.preventDefault();
    go(step);
  });
  addEventListener("pageshow", () => { all.value = ""; show(); }); // ticks that the browser kept
  show();
})();

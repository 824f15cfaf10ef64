// What lives on a card by itself: another reason, the clock of a new lead, and the keys of the rarer outcomes.
(() => {
  const nextcall = (window.nextcall ??= {});

  // "Another" pages through the reasons; the one that is shown goes with the outcome.
  const another = (link) => {
    const all = [...document.querySelectorAll("[data-reason]")];
    const here = all.indexOf(link.closest("[data-reason]"));
    const there = all[(here + 1) % all.length];
    all[here].hidden = true;
    there.hidden = false;
    for (const [name, words] of [["reason", there.dataset.reason], ["reason_says", there.dataset.reasonSays]]) {
      for (const field of document.querySelectorAll(`[data-deals] input[name="${name}"]`)) field.value = words;
    }
    there.querySelector("[data-another]")?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-another]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    another(link);
  });

  // The rarer outcomes stand in the sheet of all results; their keys work while it is closed.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
    if (document.querySelector("dialog[open]")) return;
    const one = document.querySelector(`[data-hidden-key="${CSS.escape(event.key)}"]`);
    if (!one || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.checkVisibility()) return;
    event.preventDefault();
    if (one.type === "submit") one.form.requestSubmit(one);
    else one.click();
  });

  // A sheet that opens takes the focus to its first choice.
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open" && event.target.matches?.("[data-hand] .sheet")) {
      event.target.querySelector("button:not([hidden])")?.focus({ preventScroll: true });
    }
  }, true);

  // A new lead's clock counts up in words, and is not read out each time.
  const ago = (since) => {
    const minutes = Math.floor((Date.now() - since) / 60_000);
    if (minutes < 1) return "just now";
    return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
  };
  const skew = () => {
    const dealt = document.querySelector("[data-dealt-at]");
    return dealt && !dealt.shownAt ? (dealt.shownAt = Date.now()) : dealt?.shownAt;
  };
  const tick = () => {
    const shown = skew();
    for (const clock of document.querySelectorAll("time[data-ago]")) {
      const dealt = Date.parse(clock.closest("[data-dealt-at]")?.dataset.dealtAt ?? "") || shown;
      const since = Date.parse(clock.dateTime) + (shown - dealt); // by the server's clock, whatever this one says
      const words = ago(since);
      if (clock.textContent !== words) clock.textContent = words;
    }
  };
  document.addEventListener("nextcall:dealt", skew);
  skew();
  setInterval(tick, 15_000);
  nextcall.card = { tick };
})();

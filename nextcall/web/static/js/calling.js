// The calling card: a timer that starts with the tap on Call, and what was said, noted at the moment it was said. Without
// a connection the device's queue keeps it. Every form works without this script: it posts and is sent back to the page.
(() => {
  const nextcall = (window.nextcall ??= {});
  const NO_TIMER = "nextcall:no-timer";
  const LASTS = 2 * 3600_000;
  const STATES = { recording_noticed: "noticed", recording_consented: "consented", recording_refused: "refused" };
  const SAYS = {
    off: "Recording: off",
    noticed: "Recording: off, waiting for their yes",
    consented: "Recording: they agreed",
    refused: "Recording: off, they refused",
  };
  let began = 0; // when the call in hand began, by this device's clock
  let whom = ""; // the lead it is with
  let ticking = 0;

  const one = (selector, inside = document) => inside.querySelector(selector);
  const card = () => one("[data-calling-card]");
  const say = (words) => {
    const line = card() && one("[data-call-says]", card());
    if (line) line.textContent = words;
  };
  const hidden = () => {
    try { return localStorage.getItem(NO_TIMER) === "yes"; } catch { return false; }
  };
  const elapsed = () => Math.floor((Date.now() - began) / 1000);

  const stop = () => { clearInterval(ticking); ticking = 0; };
  const draw = () => {
    const shown = card();
    if (!shown || !began) { stop(); return; }
    const whole = Number(shown.dataset.seconds);
    const left = Math.max(whole - elapsed(), 0);
    one("[data-timer] progress", shown).value = whole - left;
    one("[data-left]", shown).textContent = left ? `${left} s` : "now";
    if (left || !ticking) return;
    stop();
    say(`${whole} seconds are over.`);
  };

  // Once a second and without motion; read out at its start and its end, not in between.
  const start = (at) => {
    const shown = card();
    if (!shown || Date.now() - at > LASTS) return;
    began = at;
    whom = shown.dataset.callingCard;
    shown.open = true;
    shown.closest("[data-on-the-call]")?.removeAttribute("hidden");
    if (matchMedia("(max-width: 899px)").matches) shown.scrollIntoView({ block: "start" });
    const whole = Number(shown.dataset.seconds);
    one("[data-timer]", shown).hidden = hidden() || one("[value=identified]", shown).ariaPressed === "true";
    stop();
    if (elapsed() < whole) {
      ticking = setInterval(draw, 1000);
      say(`Say who you are within ${whole - elapsed()} seconds.`);
    }
    draw();
  };

  const press = (button) => {
    if (button.value === "identified") {
      button.ariaPressed = "true";
      one("span", button).textContent = "Said";
      stop();
      one("[data-timer]", card()).hidden = true;
      return;
    }
    const form = button.form;
    form.dataset.recording = STATES[button.value];
    one("[data-recording-says]", form).textContent = SAYS[form.dataset.recording];
    for (const other of form.querySelectorAll("[name=said]")) {
      other.ariaPressed = STATES[other.value] === form.dataset.recording ? "true" : null;
      if (other.value === "recording_consented") other.ariaDisabled = ["noticed", "consented"].includes(form.dataset.recording) ? null : "true";
    }
  };

  const note = async (form, button) => {
    if (button.ariaDisabled === "true") { say("Ask them first: tap \u201cI asked\u201d once you have."); return; }
    const body = new FormData(form, button);
    if (began) body.set("seconds", String(elapsed()));
    press(button); // shown at once; what the server refuses is said
    const told = await nextcall.outbox.post(form.action, body, { says: button.dataset.says });
    say(told.ok ? told.said : told.problem);
    if (!told.ok) button.ariaPressed = null;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !nextcall.outbox || !form.matches("[data-said]") || !event.submitter) return;
    event.preventDefault();
    note(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-started]")) start(Date.now());
    const hide = event.target.closest("[data-no-timer]");
    if (!hide) return;
    hide.closest("[data-timer]").hidden = true;
    try { localStorage.setItem(NO_TIMER, "yes"); } catch { /* for this page, then */ }
  });
  // Back from the dialler: the page came anew and says when the call began.
  const resume = () => {
    const ago = card()?.dataset.elapsed;
    if (ago && card().dataset.callingCard !== whom) start(Date.now() - Number(ago) * 1000);
    else if (began && card()?.dataset.callingCard === whom) start(began);
    else { stop(); began = 0; }
  };
  document.addEventListener("nextcall:dealt", resume);
  resume();
})();

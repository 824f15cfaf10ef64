// Deals the next card without loading the page again. Every form works without this script:
// it posts and is sent back to the page, which is what happens here too, only quieter.
(() => {
  const failed = "Not saved yet: the server cannot be reached. Trying again.";
  const waits = [500, 1500, 4000, 10000];
  let called = false;

  const say = (words) => {
    const line = document.querySelector("[data-last] [role=status]");
    if (line) line.textContent = words;
  };

  // Takes the parts that changed from the page that came back; the live region stays, so that it is read out.
  const take = (html, url) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const deck = fresh.querySelector("[data-deck]");
    if (!deck) { location.assign(url); return; }
    const region = document.querySelector("[data-last] [role=status]");
    const words = deck.querySelector("[data-last] [role=status]").textContent;
    deck.querySelector("[data-last] [role=status]").replaceWith(region);
    document.querySelector("[data-deck]").replaceWith(deck);
    region.textContent = words;
    for (const part of ["[data-rail]", ".side", ".tabs"]) {
      const [here, there] = [document.querySelector(part), fresh.querySelector(part)];
      if (here && there) here.replaceWith(there);
    }
    document.querySelector("#who")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  };

  const send = async (url, options, tries = 0) => {
    try {
      const answer = await fetch(url, options);
      if (answer.status >= 500) throw new Error(String(answer.status));
      take(await answer.text(), answer.url);
    } catch {
      say(failed);
      if (tries < waits.length) setTimeout(() => send(url, options, tries + 1), waits[tries]);
      else document.querySelector(".card")?.classList.remove("waits");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-swap]") || event.defaultPrevented) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    form.closest("[popover]")?.hidePopover();
    document.querySelector(".card")?.classList.add("waits");
    send(form.action, { method: "POST", body });
  });

  document.addEventListener("click", (event) => {
    const turn = event.target.closest("[data-turn]");
    if (turn && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      send(turn.href, {});
      return;
    }
    // The card in hand and the start are stored before the dialler takes the screen.
    const call = event.target.closest("[data-started]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!call || !token) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token.value);
    called = navigator.sendBeacon(call.dataset.started, body);
  });

  // The rarer outcomes stand in the sheet of all results; their keys work while it is closed.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
    const one = document.querySelector(`[data-hidden-key="${CSS.escape(event.key)}"]`);
    if (!one || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.checkVisibility()) return;
    event.preventDefault();
    if (one.type === "submit") one.form.requestSubmit(one);
    else one.click();
  });

  // Back from the dialler, even after a restart: the same card asks how it went.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || !called) return;
    called = false;
    send(location.href, {});
  });
})();

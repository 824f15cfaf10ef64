// The list: J and K step through people, X selects, swiping does what the buttons of a row do.
// Every button works without this script, on the rows that are ticked.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const current = () => document.activeElement?.closest?.("[data-row]") ?? document.querySelector("[data-row].here");
  const form = () => document.querySelector("[data-deeds]");

  const count = () => {
    const chosen = document.querySelectorAll("[data-row] :checked").length;
    const line = document.querySelector("[data-selected]");
    const words = chosen ? `${chosen} selected` : "";
    if (line && line.textContent !== words) line.textContent = words;
  };

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const focused = Boolean(document.activeElement?.closest?.("[data-row]"));
    const next = at < 0 ? 0 : focused ? at + by : at + (by > 0 ? by : 0) * (all[at].classList.contains("here") ? 1 : 0);
    const row = all[Math.max(0, Math.min(all.length - 1, next))];
    row.querySelector(".who").focus();
    row.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("click", (event) => {
    const stepped = event.target.closest("[data-step]");
    if (stepped) step(Number(stepped.dataset.step));
    if (event.target.closest("[data-select]")) {
      const box = (current() ?? rows()[0])?.querySelector("[type=checkbox]");
      if (box) { box.checked = !box.checked; box.closest("[data-row]").querySelector(".who").focus(); count(); }
    }
  });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-row] [type=checkbox]")) count(); });

  // Nobody ticked: the deed is for the row in focus, else for the conversation that is open.
  let last = null;
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) last = row.dataset.row;
    else if (event.target.closest?.("[data-talk]")) last = null;
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.submitter?.name === "one") return;
    if (form().querySelector("[data-row] :checked") || !last) return;
    const open = form().querySelector("[name=open]") ?? form().appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "open" }));
    open.value = last;
  });

  // A swipe to the left is done, to the right until they reply: the row's own buttons.
  let began = null;
  document.addEventListener("touchstart", (event) => {
    const row = event.target.closest?.("[data-row]");
    began = row && event.touches.length === 1 ? { row, x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
  }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (!began) return;
    const { clientX, clientY } = event.changedTouches[0];
    const [dx, dy] = [clientX - began.x, clientY - began.y];
    const button = began.row.querySelector(`[data-swipe="${dx < 0 ? "left" : "right"}"]`);
    if (Math.abs(dx) > 90 && Math.abs(dy) < 40 && button) form().requestSubmit(button);
    began = null;
  }, { passive: true });

  // What came since: the list is laid anew, with the focus, the ticks and the open menus where they were.
  document.addEventListener("nextcall:fresh", (event) => {
    const fresh = event.detail.page;
    const list = document.querySelector("[data-list]"), now = fresh.querySelector("[data-list]");
    for (const part of ["[data-states]", "[data-pager]", "nav.side [data-on-us]", "nav.tabs [data-on-us]"]) {
      const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && next && old.innerHTML !== next.innerHTML) old.innerHTML = next.innerHTML;
    }
    if (!list || !now || list.innerHTML === now.innerHTML) return;
    const ticked = new Set([...list.querySelectorAll(":checked")].map((box) => box.value));
    const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.closest("[data-row]").dataset.row));
    const focused = document.activeElement?.closest?.("[data-row]");
    const place = focused && { row: focused.dataset.row, on: document.activeElement.matches("[type=checkbox]") ? "[type=checkbox]" : document.activeElement.matches("summary") ? "summary" : ".who" };
    const here = list.querySelector(".here")?.dataset.row;
    list.replaceWith(now);
    for (const row of rows()) {
      row.querySelector("[type=checkbox]").checked = ticked.has(row.dataset.row);
      row.querySelector("details").open = open.has(row.dataset.row);
      row.classList.toggle("here", row.dataset.row === here);
    }
    if (place) document.querySelector(`[data-row="${CSS.escape(place.row)}"] ${place.on}`)?.focus({ preventScroll: true });
    count();
  });
})();

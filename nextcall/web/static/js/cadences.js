// The cadence editor without reloading: one change per post, as without scripts; then the parts of the page that
// changed are swapped and the cursor stays where it was. Arrows go from bead to bead, with Alt or Shift they move one.
(() => {
  const editor = document.querySelector("[data-editor]");
  if (!editor) return;
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const beads = () => [...document.querySelectorAll("[data-bead]")];
  const bead = (key) => document.querySelector(`[data-bead="${CSS.escape(key)}"]`);
  const fields = () => document.querySelector("[data-fields]");
  const opened = () => document.querySelector("[data-panel]")?.dataset.panel ?? "";
  let queue = Promise.resolve();
  let dirty = false;

  // ---- swapping
  const swap = (fresh) => {
    const days = document.querySelector(".days");
    const [left, open] = [days.scrollLeft, [...document.querySelectorAll("details[open] > summary")].map((it) => it.textContent)];
    for (const part of document.querySelectorAll("[data-part]")) {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other && other.innerHTML !== part.innerHTML) part.innerHTML = other.innerHTML;
    }
    document.querySelector(".days").scrollLeft = left;
    for (const summary of document.querySelectorAll("details > summary")) {
      if (open.includes(summary.textContent)) summary.parentElement.open = true;
    }
    dirty = false;
    settle();
  };

  const load = async (url, options = {}) => {
    const busy = document.querySelector('[data-part="forecast"]');
    if (options.method === "POST") busy.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, options);
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      dirty = answer.status === 422 && options.body?.has("purpose"); // the panel as it was written, not kept
      const at = answer.headers.get("X-At") ?? encodeURIComponent(new URL(answer.url).searchParams.get("at") ?? "");
      if (answer.ok) history.replaceState(null, "", location.pathname + (opened() ? `?step=${encodeURIComponent(opened())}` : ""));
      return { ok: answer.ok, at: decodeURIComponent(at) };
    } finally {
      busy.removeAttribute("aria-busy");
    }
  };

  // One after the other; words not kept yet are kept first.
  const next = (deed) => {
    queue = queue.then(deed).catch(() => location.reload());
    return queue;
  };
  const post = (url, body) => load(url, { method: "POST", body, headers: { "X-Parts": "1" } });
  const kept = async (form) => {
    const panel = fields();
    if (!dirty || !panel || form === panel) return true;
    const body = new FormData(panel);
    body.append("do", "keep");
    return (await post(panel.action, body)).ok;
  };

  const focused = (key, { scroll = true } = {}) => {
    const found = bead(key) ?? beads()[0];
    found?.focus({ preventScroll: !scroll });
    found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // ---- one tab stop among the beads
  const settle = () => {
    const all = beads();
    const current = all.find((it) => it === document.activeElement) ?? all.find((it) => it.autofocus) ?? bead(opened()) ?? all[0];
    for (const it of all) it.tabIndex = it === current ? 0 : -1;
    fit();
  };
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches("[data-bead]")) return;
    for (const it of beads()) it.tabIndex = it === event.target ? 0 : -1;
  });

  // ---- forms
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const by = event.submitter;
    if (form.id === "open") {
      event.preventDefault();
      next(async () => {
        if (!(await kept(form))) return;
        await load(`${location.pathname}?step=${encodeURIComponent(by.value)}`);
        document.getElementById("step-label")?.focus();
      });
      return;
    }
    if (!form.matches("[data-quiet]")) {
      if (!dirty || !editor.contains(form)) return;
      event.preventDefault(); // what is written is kept first
      const action = form.getAttribute("action");
      next(async () => {
        if (await kept(form)) document.querySelector(`form[action="${action}"]`).requestSubmit();
      });
      return;
    }
    event.preventDefault();
    const body = new FormData(form, by);
    const same = by?.value && by.closest("[data-panel]") ? by.value : "";
    next(async () => {
      if (!(await kept(form))) return;
      const { ok, at } = await post(form.action, body);
      if (!ok) document.querySelector("[data-last]")?.scrollIntoView({ block: "nearest" });
      const again = same && document.querySelector(`[data-panel] button[value="${CSS.escape(same)}"]`);
      if (again && same !== "remove") again.focus();
      else if (at && opened() === at && same !== "remove") document.getElementById("step-label")?.focus();
      else if (at) focused(at);
      else if (!document.activeElement || document.activeElement === document.body) document.querySelector("[data-last] button, [data-bead]")?.focus();
    });
  });

  const deed = (name, key, more = {}) => {
    const body = new FormData();
    for (const [field, value] of Object.entries({ csrfmiddlewaretoken: token(), do: name, key, open: opened() === key ? key : "", ...more })) body.append(field, value);
    next(async () => {
      if (!(await kept(null))) return;
      const { ok, at } = await post(editor.dataset.change, body);
      focused(ok ? at : key);
    });
  };

  // ---- arrows
  const beside = (from, way, across) => {
    const columns = [...document.querySelectorAll("[data-column]")].map((it) => [...it.querySelectorAll("[data-bead]")]);
    const column = columns.findIndex((list) => list.includes(from));
    const row = columns[column].indexOf(from);
    if (across) {
      const there = columns[column + way];
      return there?.[Math.min(row, there.length - 1)];
    }
    return columns[column][row + way] ?? (way > 0 ? columns[column + 1]?.[0] : columns[column - 1]?.at(-1));
  };
  const MOVES = { ArrowLeft: "day-earlier", ArrowRight: "day-later", ArrowUp: "earlier", ArrowDown: "later" };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("[data-panel]")) {
      event.preventDefault();
      close();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.closest?.("[data-fields]")) {
      event.preventDefault();
      fields().requestSubmit(fields().querySelector('button[value="keep"]'));
      return;
    }
    const on = event.target.closest?.("[data-bead]");
    if (!on || event.ctrlKey || event.metaKey) return;
    const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (way && (event.altKey || event.shiftKey)) deed(MOVES[event.key], on.dataset.bead);
    else if (way) beside(on, way, event.key === "ArrowLeft" || event.key === "ArrowRight")?.focus();
    else if (event.key === "Home") beads()[0].focus();
    else if (event.key === "End") beads().at(-1).focus();
    else if (event.key === "+" || (event.key === "=" && event.shiftKey)) deed("add-after", on.dataset.bead, { channel: "call" });
    else if (event.key === "Delete" || event.key === "Backspace") deed("remove", on.dataset.bead);
    else return;
    event.preventDefault();
  });

  const close = () => {
    const key = opened();
    next(async () => {
      if (!(await kept(null))) return;
      await load(location.pathname);
      focused(key);
    });
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    }
    const law = event.target.closest("[data-law-here] a");
    if (law) {
      event.preventDefault();
      law.textContent = "Reading the law of each state";
      fetch(law.href).then((answer) => answer.text()).then((text) => {
        const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-law-found]");
        law.parentElement.replaceChildren(found);
      });
    }
  });

  // ---- the panel
  const fit = () => {
    const panel = fields();
    if (!panel) return;
    const shown = [panel.elements.timing?.value, panel.elements.hour?.value];
    for (const it of panel.querySelectorAll("[data-for]")) it.hidden = !it.dataset.for.split(" ").some((one) => shown.includes(one));
  };
  let waiting = 0;
  const preview = async () => {
    const panel = fields();
    const answer = await fetch(panel.dataset.preview, { method: "POST", body: new FormData(panel) });
    if (!answer.ok || panel !== fields()) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const it of panel.querySelectorAll("[data-preview-of]")) {
      const other = fresh.querySelector(`[data-preview-of="${it.dataset.previewOf}"]`);
      if (other) it.innerHTML = other.innerHTML;
    }
  };
  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-fields]")) return;
    dirty = true;
    fit();
    if (event.target.name !== "wording") return;
    clearTimeout(waiting);
    waiting = setTimeout(preview, 200);
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  settle();
})();

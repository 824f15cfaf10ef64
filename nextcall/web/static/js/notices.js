// Notices on this device: asked for by a tap, as browsers want it; the server keeps where to send them.
(() => {
  const part = document.querySelector("[data-notices]");
  const on = part?.querySelector("[data-on]");
  const off = part?.querySelector("[data-off]");
  if (!part) return;
  const say = (words) => { part.querySelector("[data-state]").textContent = words; };
  const apple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  const bytes = (written) => Uint8Array.from(atob(written.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const hex = async (words) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(words)))].map((one) => one.toString(16).padStart(2, "0")).join("");

  const label = () => {
    const agent = navigator.userAgent;
    const browser = [["Edg/", "Edge"], ["SamsungBrowser", "Samsung Internet"], ["Firefox/", "Firefox"], ["CriOS", "Chrome"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark))?.[1] ?? "A browser";
    const system = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Mac OS", "Mac"], ["Windows", "Windows"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark))?.[1];
    return system ? `${browser} on ${system}` : browser;
  };

  const show = async () => {
    if (!window.isSecureContext) return say("Notices need an address that begins with https.");
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
      part.querySelector("[data-ios]").hidden = !apple;
      return say(apple ? "Notices work once Nextcall is on your home screen." : "This browser takes no notices.");
    }
    const worker = await navigator.serviceWorker.ready;
    const mine = await worker.pushManager.getSubscription();
    const print = mine && (await hex(mine.endpoint));
    const row = print && document.querySelector(`[data-device="${print}"]`);
    if (row) row.querySelector("[data-this]").hidden = false;
    off.hidden = !row;
    on.hidden = Boolean(row) || Notification.permission === "denied";
    off.onclick = async () => { await mine.unsubscribe(); row.querySelector("form").requestSubmit(); };
    if (Notification.permission === "denied") say("The browser blocks notices from here. Its settings for this site let them in again.");
    else say(row ? "Notices are on here." : "Notices are off here. One tap turns them on, and the browser asks you once.");
    return undefined;
  };

  on.addEventListener("submit", async (event) => {
    if (on.endpoint.value) return;
    event.preventDefault();
    if ((await Notification.requestPermission()) !== "granted") { show(); return; }
    try {
      const worker = await navigator.serviceWorker.ready;
      const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(part.dataset.notices) });
      const { endpoint, keys } = made.toJSON();
      Object.assign(on.endpoint, { value: endpoint });
      Object.assign(on.p256dh, { value: keys.p256dh });
      Object.assign(on.auth, { value: keys.auth });
      Object.assign(on.label, { value: label() });
      on.requestSubmit();
    } catch (error) {
      say(`The browser did not turn them on: ${error.message}`);
    }
  });

  show();
})();

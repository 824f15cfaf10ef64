// Keeps the pages' files and the pages of the people next in line, so that they open without a connection.
// The server puts before this: self.NEXTCALL = {version, assets, offline}.
const { version, assets, offline } = self.NEXTCALL;
const SHELL = `shell-${version}`;
const PAGES = "pages"; // of the member signed in; emptied when they leave
const KEPT = /^\/(now|inbox|leads|leads\/\d+)\/$/;
const PATIENCE = 4_000;
const MOST_PAGES = 60;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll([...assets, offline]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate") event.respondWith(page(event, url));
});

// Its address names its content: what is kept is right. A page kept for long may ask for an older one.
const file = async (request) => {
  const kept = await caches.match(request);
  if (kept) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(SHELL)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
};

// The network first; after four seconds, or without it, the page as it was kept.
const page = async (event, url) => {
  const network = fetch(event.request).then(async (answer) => {
    if (answer.status >= 502 && answer.status <= 504) throw new Error("no server behind the proxy");
    event.waitUntil(remember(url, answer.clone()));
    return answer;
  });
  const failed = network.catch(() => null);
  event.waitUntil(failed);
  const kept = KEPT.test(url.pathname) ? await (await caches.open(PAGES)).match(url.pathname) : undefined;
  if (!kept) return (await failed) ?? (url.pathname === "/" ? Response.redirect("/now/") : (await caches.match(offline)) ?? Response.error());
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  return (await Promise.race([failed, late])) ?? stamped(kept);
};

const remember = async (url, answer) => {
  if (url.pathname.startsWith("/sign-in/")) { await caches.delete(PAGES); return; }
  // Erased, or somebody else's now: what was kept of it goes.
  if (answer.status === 404 && KEPT.test(url.pathname)) await (await caches.open(PAGES)).delete(url.pathname);
  const html = answer.headers.get("Content-Type")?.startsWith("text/html");
  if (!answer.ok || answer.redirected || url.search || !html || !KEPT.test(url.pathname)) return;
  const pages = await caches.open(PAGES);
  await pages.delete(url.pathname);
  await pages.put(url.pathname, answer);
  const keys = await pages.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await pages.delete(old);
};

// A kept page says from when it is: <meta name="nextcall-kept">.
const stamped = async (kept) => {
  const at = new Date(kept.headers.get("Date") ?? Date.now()).toISOString();
  const headers = new Headers(kept.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  const html = (await kept.text()).replace("<head>", `<head>\n<meta name="nextcall-kept" content="${at}">`);
  return new Response(html, { status: 200, headers });
};

self.addEventListener("push", (event) => {
  const told = (() => { try { return event.data.json(); } catch { return {}; } })();
  event.waitUntil(self.registration.showNotification(told.title ?? "Nextcall", {
    body: told.body ?? "",
    tag: told.tag,
    icon: assets.find((one) => one.includes("app-192")),
    badge: assets.find((one) => one.includes("badge-96")),
    data: { url: told.url ?? "/now/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/now/", location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = open.find((one) => new URL(one.url).pathname === url.pathname) ?? open[0];
    if (!there) return self.clients.openWindow(url.href);
    await there.focus();
    return there.url === url.href ? there : there.navigate(url.href).catch(() => self.clients.openWindow(url.href));
  })());
});

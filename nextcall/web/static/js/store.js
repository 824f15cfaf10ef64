// What this device keeps: nextcall.store.table("outbox") has all, put, get, drop and clear, each a promise.
// IndexedDB, so that it survives a restart; in a private window that refuses it, memory, and `lasting` turns false.
(() => {
  const nextcall = (window.nextcall ??= {});
  const TABLES = { outbox: "key", cards: "lead", facts: "name" };
  const memory = Object.fromEntries(Object.keys(TABLES).map((name) => [name, new Map()]));
  const store = (nextcall.store = { lasting: true });

  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });

  const open = () => {
    const request = indexedDB.open("nextcall", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(TABLES)) request.result.createObjectStore(name, { keyPath });
    };
    return asked(request).then((database) => {
      database.onversionchange = () => database.close();
      return database;
    });
  };

  let opened;
  const database = () => (opened ??= Promise.resolve().then(open).catch(() => { store.lasting = false; return null; }));

  // One deed on one table; a write is done when it is on the disk.
  const run = async (name, mode, deed) => {
    const base = await database();
    if (!base) return undefined;
    const transaction = base.transaction(name, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    return (await Promise.all([asked(deed(transaction.objectStore(name))), done]))[0];
  };

  // The browser may close it under us, or have no room: once more on a new connection, then memory.
  const tried = async (name, mode, deed) => {
    try {
      return await run(name, mode, deed);
    } catch {
      opened = undefined;
      return run(name, mode, deed);
    }
  };

  store.table = (name) => {
    const rest = memory[name];
    const keyOf = TABLES[name];
    return {
      all: async () => [...((await tried(name, "readonly", (it) => it.getAll())) ?? []), ...rest.values()],
      get: async (key) => (await tried(name, "readonly", (it) => it.get(key))) ?? rest.get(key),
      put: async (row) => {
        try {
          await tried(name, "readwrite", (it) => it.put(row));
        } catch {
          store.lasting = false;
        }
        if (store.lasting) rest.delete(row[keyOf]);
        else rest.set(row[keyOf], row);
      },
      drop: async (key) => { rest.delete(key); await tried(name, "readwrite", (it) => it.delete(key)); },
      clear: async () => { rest.clear(); await tried(name, "readwrite", (it) => it.clear()); },
    };
  };
})();

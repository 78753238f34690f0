// Things that outlive the page: the browser's own database holds pictures as well as words.
const DATABASE = "rachun.portal";
const STORE = "kept";

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answerOf(request);
}

function answerOf<Answer>(request: IDBRequest<Answer>): Promise<Answer> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the browser's database refused"));
  });
}

/** Resolves when it is on the disk, not when it was asked for. */
async function write(work: (store: IDBObjectStore) => void): Promise<void> {
  const database = await opened();
  const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
  work(transaction.objectStore(STORE));
  await new Promise<void>((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => failed(transaction.error ?? new Error("the browser's database is full"));
  });
  database.close();
}

async function read(name: string): Promise<unknown> {
  const database = await opened();
  const found: unknown = await answerOf(database.transaction(STORE).objectStore(STORE).get(name));
  database.close();
  return found;
}

export const keepThing = (name: string, thing: unknown): Promise<void> => write((store) => store.put(thing, name));
export const keptThing = (name: string): Promise<unknown> => read(name);
export const keepBlob = (name: string, blob: Blob): Promise<void> => write((store) => store.put(blob, name));
export const dropThing = (name: string): Promise<void> => write((store) => store.delete(name));

export async function keptBlob(name: string): Promise<Blob | undefined> {
  const found = await read(name);
  return found instanceof Blob ? found : undefined;
}

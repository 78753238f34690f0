import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { dropThing, keepThing, keptThing } from "@/lib/kept";

// What a subscriber needs in a cellar without a network: the own accounts and their meters, as last seen.
const NAME = "known";
const KEPT_OPERATIONS = ["listOwnAccounts", "getOwnMeters"];

type Known = [QueryKey, unknown][];

function isKept(key: QueryKey): boolean {
  const [first] = key;
  return typeof first === "object" && first !== null && "_id" in first && KEPT_OPERATIONS.includes(String(first._id));
}

/** Shown at once and asked for anew. */
export async function recallKnown(queries: QueryClient): Promise<void> {
  const known = await keptThing(NAME);
  if (!Array.isArray(known)) return;
  for (const [key, data] of known as Known) queries.setQueryData(key, data, { updatedAt: 0 });
}

/** Keeps them whenever they come in. Returns how to stop. */
export function keepKnown(queries: QueryClient): () => void {
  const cache = queries.getQueryCache();
  return cache.subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success" || !isKept(event.query.queryKey)) return;
    const known: Known = cache
      .getAll()
      .filter((one) => isKept(one.queryKey) && one.state.data !== undefined)
      .map((one) => [one.queryKey, one.state.data]);
    void keepThing(NAME, known);
  });
}

/** Whoever signs out leaves nothing of theirs to see. */
export async function forgetKnown(queries: QueryClient): Promise<void> {
  queries.clear();
  await dropThing(NAME);
}

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

export type ListSearch = Record<string, string>;

/** Filters and page of a list: in the address, so that it can be linked and survives a reload. */
export function useListSearch(isInAddress: boolean): [ListSearch, (change: Record<string, string | undefined>) => void] {
  const inAddress: ListSearch = useSearch({ strict: false });
  const [own, setOwn] = useState<ListSearch>({});
  const navigate = useNavigate();
  function change(wanted: Record<string, string | undefined>) {
    const told = (before: ListSearch) =>
      Object.fromEntries(Object.entries({ ...before, ...wanted }).filter(([, value]) => value)) as ListSearch;
    if (isInAddress) void navigate({ to: ".", search: told, replace: true });
    else setOwn(told);
  }
  return [isInAddress ? inAddress : own, change];
}

/** The rows last listed under a name: where "previous" and "next" on a record come from. */
const lastListed = new Map<string, string[]>();

export function rememberListed(name: string, ids: string[]): void {
  lastListed.set(name, ids);
}

export function neighbours(name: string, id: string): { previous: string | undefined; next: string | undefined } {
  const ids = lastListed.get(name) ?? [];
  const place = ids.indexOf(id);
  return place < 0 ? { previous: undefined, next: undefined } : { previous: ids[place - 1], next: ids[place + 1] };
}

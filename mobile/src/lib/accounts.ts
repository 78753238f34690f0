import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import type { OwnAccountOut } from "@/api";
import { listOwnAccountsOptions } from "@/api/@tanstack/react-query.gen";
import { keepSetting, readSetting } from "@/lib/settings-store";

const KEPT_IN = "account";
const PAGE_SIZE = 200;
const listeners = new Set<() => void>();
let chosen = "";

export const accountsQuery = queryOptions({
  ...listOwnAccountsOptions({ query: { page_size: PAGE_SIZE } }),
  staleTime: 30_000,
});

export function chooseAccount(id: string): void {
  chosen = id;
  keepSetting(KEPT_IN, id);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function chosenId(): string {
  chosen ||= readSetting(KEPT_IN) ?? "";
  return chosen;
}

/** The accounts of the person, and the one that the screens are about; null: no account was opened to them yet. */
export function useAccounts(): { accounts: OwnAccountOut[]; account: OwnAccountOut | null } {
  const { data } = useSuspenseQuery(accountsQuery);
  const id = useSyncExternalStore(subscribe, chosenId, chosenId);
  const accounts = data.results;
  return { accounts, account: accounts.find((one) => one.id === id) ?? accounts[0] ?? null };
}

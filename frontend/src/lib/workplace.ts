import { useSyncExternalStore } from "react";

import { monthBefore } from "@/lib/dates";

/** Where and for which month somebody works: chosen in the top bar, kept on this computer. */
interface Workplace {
  branchId: string;
  month: string; // 2026-03
}

const KEPT_IN = "rachun.workplace";
const listeners = new Set<() => void>();
let now: Workplace = { branchId: "", month: "", ...kept() };

function kept(): Partial<Workplace> {
  try {
    return JSON.parse(localStorage.getItem(KEPT_IN) ?? "{}") as Partial<Workplace>;
  } catch (error) {
    console.warn("What was kept of the workplace cannot be read.", error);
    return {};
  }
}

export function setWorkplace(change: Partial<Workplace>): void {
  now = { ...now, ...change };
  localStorage.setItem(KEPT_IN, JSON.stringify(now));
  for (const listener of listeners) listener();
}

export function useWorkplace(): Workplace {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}

/** [first day, first day of the next month] of the chosen month, else of the one that has ended. */
export function usePeriod(): [string, string] {
  const { month } = useWorkplace();
  const found = /^(\d{4})-(\d{2})$/.exec(month);
  return found ? monthBefore(new Date(Number(found[1]), Number(found[2]), 15)) : monthBefore(new Date());
}

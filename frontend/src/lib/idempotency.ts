import { useRef } from "react";

/** One key for one intention: kept while the same thing is tried again, new once it succeeded or changed. */
export function useIdempotencyKey(): { keyFor: (intention: unknown) => string; spent: () => void } {
  const kept = useRef<{ intention: string; key: string } | null>(null);
  return {
    keyFor(intention) {
      const text = JSON.stringify(intention);
      if (kept.current?.intention !== text) kept.current = { intention: text, key: newKey() };
      return kept.current.key;
    },
    spent() {
      kept.current = null;
    },
  };
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

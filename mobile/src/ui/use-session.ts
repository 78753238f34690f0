import { useSyncExternalStore } from "react";

import { onSessionChange, type SessionState, sessionState } from "@/lib/session";

export function useSession(): SessionState {
  return useSyncExternalStore(onSessionChange, sessionState, sessionState);
}

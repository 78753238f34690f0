import { deleteItemAsync, getItemAsync, setItemAsync } from "expo-secure-store";

import type { SignInMode, TokensOut } from "@/api";

// A phone keeps the refresh token in the keychain or keystore, for this device alone.
const NAME = "rachun_refresh";

export const SIGN_IN_MODE: SignInMode = "body";

export interface Renewal {
  body: Record<string, string>;
  headers: Record<string, string>;
}

/** What a renewal sends; null when nobody signed in here. */
export async function renewal(): Promise<Renewal | null> {
  const refresh = await getItemAsync(NAME);
  return refresh === null ? null : { body: { refresh }, headers: {} };
}

export async function keepTokens(tokens: TokensOut): Promise<void> {
  if (tokens.refresh !== null) await setItemAsync(NAME, tokens.refresh);
}

export async function dropTokens(): Promise<void> {
  await deleteItemAsync(NAME);
}

/** One application, one process: nobody else renews. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  return work();
}

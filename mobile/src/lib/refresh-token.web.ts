import type { SignInMode, TokensOut } from "@/api";

// The refresh token of a browser is a cookie that no script can read; beside it lies the value to send back.
const CSRF_COOKIE = "rachun_portal_csrf";
const RENEW_LOCK = "rachun.portal.refresh"; // a spent refresh token ends the session, so tabs take turns

export const SIGN_IN_MODE: SignInMode = "cookie";

export interface Renewal {
  body: Record<string, string>;
  headers: Record<string, string>;
}

/** What a renewal sends; null when nobody signed in here. */
export async function renewal(): Promise<Renewal | null> {
  const csrf = cookie(CSRF_COOKIE);
  return csrf ? { body: {}, headers: { "X-CSRF-Token": csrf } } : null;
}

/** The answer set the cookies. */
export const keepTokens: (tokens: TokensOut) => Promise<void> = () => Promise.resolve();

export async function dropTokens(): Promise<void> {
  document.cookie = `${CSRF_COOKIE}=; path=/; max-age=0; samesite=strict`;
}

export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!("locks" in navigator)) return work(); // only a secure context has them
  return navigator.locks.request(RENEW_LOCK, work);
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((entry) => entry.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

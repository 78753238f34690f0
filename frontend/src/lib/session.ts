import { client } from "@/api/client.gen";

// The access token lives in this variable and nowhere else. The refresh token is a cookie no script can read.
let access: string | null = null;
let renewing: Promise<boolean> | null = null;
let waiting: { promise: Promise<void>; resolve: () => void } | null = null;
const listeners = new Set<() => void>();
const CSRF_COOKIE = "rachun_csrf";
const RENEW_LOCK = "rachun.refresh"; // a spent refresh token ends the session, so tabs take turns

export function hasAccess(): boolean {
  return access !== null;
}

/** True while a request waits for the person to sign in again. */
export function isExpired(): boolean {
  return waiting !== null;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function openSession(token: string): void {
  access = token;
  waiting?.resolve();
  waiting = null;
  tell();
}

export function closeSession(): void {
  access = null;
  tell();
}

/** A session of an earlier visit, when its cookie is still good. */
export function renewSession(): Promise<boolean> {
  renewing ??= inTurn(askForAccess).finally(() => (renewing = null));
  return renewing;
}

async function askForAccess(): Promise<boolean> {
  const csrf = cookie(CSRF_COOKIE);
  if (!csrf) return false;
  const answer = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: "{}",
  });
  if (answer.status === 401 || answer.status === 403) return false;
  if (!answer.ok) throw new TypeError(`refresh answered ${answer.status}`);
  const told: unknown = await answer.json();
  if (typeof told !== "object" || told === null || !("access" in told) || typeof told.access !== "string") return false;
  access = told.access;
  return true;
}

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!("locks" in navigator)) return work(); // only a secure context has them
  return navigator.locks.request(RENEW_LOCK, work);
}

/** Every call of the generated client: renews what ran out, and waits for the person when that fails. */
export async function sessionFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const spare = request.clone();
  const answer = await fetch(signed(request));
  if (answer.status !== 401 || access === null) return answer;
  if (!(await renewSession())) await signInAgain();
  return fetch(signed(spare));
}

function signed(request: Request): Request {
  if (access !== null) request.headers.set("Authorization", `Bearer ${access}`);
  request.headers.set("Accept-Language", document.documentElement.lang);
  return request;
}

/** Resolves once the dialog of the shell has signed the person in; what they typed stays where it is. */
function signInAgain(): Promise<void> {
  if (!waiting) {
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    waiting = { promise, resolve };
    tell();
  }
  return waiting.promise;
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((entry) => entry.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function tell(): void {
  for (const listener of listeners) listener();
}

client.setConfig({ baseUrl: "", fetch: sessionFetch });

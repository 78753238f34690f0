import { getMe, login, logout, type TokensOut } from "@/api";
import { client } from "@/api/client.gen";
import { API_ADDRESS } from "@/lib/address";
import { dropTokens, inTurn, keepTokens, renewal, SIGN_IN_MODE } from "@/lib/refresh-token";
import { currentLanguage } from "@/lib/texts";

// UNKNOWN until the first renewal; IN also without a network, when somebody signed in here before.
export type SessionState = "UNKNOWN" | "IN" | "OUT";

// The access token lives in this variable and nowhere else.
let access: string | null = null;
let state: SessionState = "UNKNOWN";
let renewing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const plainFetch: typeof fetch = (input, init) => fetch(input, init);

/** The login is right, but it is not one of a subscriber. */
export class NotASubscriber extends Error {}

export function sessionState(): SessionState {
  return state;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Throws the server's problem, or NotASubscriber. */
export async function signIn(uniqueId: string, password: string): Promise<void> {
  // Not through the session: a wrong password here is no expiry.
  const { data: tokens } = await login({
    body: { login: uniqueId, password, mode: SIGN_IN_MODE },
    headers: { "Accept-Language": currentLanguage() },
    fetch: plainFetch,
    throwOnError: true,
  });
  access = tokens.access;
  const { data: me } = await getMe({ throwOnError: true });
  if (me.kind !== "SUBSCRIBER") {
    await logout({ throwOnError: true });
    access = null;
    throw new NotASubscriber();
  }
  await take(tokens);
}

/** Ends here in any case; the server is told when it can be reached. */
export async function signOut(): Promise<void> {
  try {
    await logout({ throwOnError: true });
  } catch (error) {
    console.warn("The server was not told of the end of the session.", error);
  }
  await endSession();
}

/** A session of an earlier visit. Without a network it goes on: what is kept on the device can be seen. */
export async function resumeSession(): Promise<void> {
  try {
    if (!(await renewSession())) await endSession();
  } catch (error) {
    console.warn("The session could not be renewed now.", error);
    state = "IN";
    tell();
  }
}

/** False when nobody is signed in any more. Throws when the server cannot be reached. */
export function renewSession(): Promise<boolean> {
  renewing ??= inTurn(askForAccess).finally(() => (renewing = null));
  return renewing;
}

async function askForAccess(): Promise<boolean> {
  const sent = await renewal();
  if (sent === null) return false;
  const answer = await fetch(`${API_ADDRESS}/api/v1/auth/refresh`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...sent.headers },
    body: JSON.stringify(sent.body),
  });
  if (answer.status === 401 || answer.status === 403) return false;
  if (!answer.ok) throw new TypeError(`refresh answered ${answer.status}`);
  await take((await answer.json()) as TokensOut);
  return true;
}

async function take(tokens: TokensOut): Promise<void> {
  access = tokens.access;
  await keepTokens(tokens);
  state = "IN";
  tell();
}

async function endSession(): Promise<void> {
  access = null;
  state = "OUT";
  await dropTokens();
  tell();
}

/** Every call of the generated client: renews what ran out. */
export async function sessionFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  if (access === null && state === "IN") await renewSession(); // signed in while there was no network
  const spare = request.clone();
  const answer = await fetch(signed(request));
  if (answer.status !== 401) return answer;
  if (await renewSession()) return fetch(signed(spare));
  await endSession();
  return answer;
}

function signed(request: Request): Request {
  if (access !== null) request.headers.set("Authorization", `Bearer ${access}`);
  request.headers.set("Accept-Language", currentLanguage());
  return request;
}

function tell(): void {
  for (const listener of listeners) listener();
}

client.setConfig({ baseUrl: API_ADDRESS, fetch: sessionFetch });

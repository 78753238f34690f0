import { useSyncExternalStore } from "react";

import { type OwnReadingIn, sendOwnReading, type SentReadingOut } from "@/api";
import { dropThing, keepBlob, keepThing, keptBlob, keptThing } from "@/lib/kept";
import { newKey } from "@/lib/new-key";
import { asProblem, type Problem } from "@/lib/problem";
import { inTurn } from "@/lib/refresh-token";
import { onNetworkBack } from "@/lib/network";

/** A reading that is kept on this device until the server has it. key: the same for every try. */
export interface WaitingReading {
  key: string;
  accountId: string;
  registerId: string;
  meterSerial: string;
  unit: string;
  readDate: string;
  value: string;
  hasPhoto: boolean;
  /** Why the server will not take it; the person reads it and takes it away. */
  refusal: Problem | null;
}

const LIST = "outbox";
const AGAIN_MS = 30_000;
const TRY_LATER = [0, 401, 403, 408, 409, 425, 429]; // no network, no session, or only not now
const SERVER_FAILED = 500;
const listeners = new Set<() => void>();
let waiting: WaitingReading[] = [];
let loading: Promise<void> | null = null;
let sending: Promise<void> | null = null;

function photoName(key: string): string {
  return `photo ${key}`;
}

function load(): Promise<void> {
  loading ??= keptThing(LIST).then((kept) => {
    waiting = Array.isArray(kept) ? (kept as WaitingReading[]) : [];
    tell();
  });
  return loading;
}

async function change(next: WaitingReading[]): Promise<void> {
  await keepThing(LIST, next);
  waiting = next;
  tell();
}

/** On the disk when it resolves; then it goes by itself, now or later. */
export async function putIntoOutbox(
  reading: Omit<WaitingReading, "key" | "refusal" | "hasPhoto">,
  photo: Blob | null,
): Promise<string> {
  await load();
  const key = newKey();
  if (photo) await keepBlob(photoName(key), photo);
  await change([...waiting, { ...reading, key, hasPhoto: photo !== null, refusal: null }]);
  return key;
}

export async function takeOutOfOutbox(key: string): Promise<void> {
  await change(waiting.filter((one) => one.key !== key));
  await dropThing(photoName(key));
}

/** Sends what waits, oldest first, one at a time; the answers by key. Stops at the first that has to wait on. */
export async function sendOutbox(onSent?: (key: string, sent: SentReadingOut) => void): Promise<void> {
  while (sending) await sending;
  sending = inTurn(() => sendAll(onSent)).finally(() => (sending = null));
  return sending;
}

async function sendAll(onSent?: (key: string, sent: SentReadingOut) => void): Promise<void> {
  await load();
  for (const one of waiting.filter((entry) => entry.refusal === null)) {
    try {
      const sent = await send(one);
      await takeOutOfOutbox(one.key);
      onSent?.(one.key, sent);
    } catch (error) {
      const problem = asProblem(error);
      if (TRY_LATER.includes(problem.status) || problem.status >= SERVER_FAILED) return;
      await change(waiting.map((entry) => (entry.key === one.key ? { ...entry, refusal: problem } : entry)));
    }
  }
}

async function send(one: WaitingReading): Promise<SentReadingOut> {
  const photo = one.hasPhoto ? await keptBlob(photoName(one.key)) : undefined;
  const body = { register_id: one.registerId, read_date: one.readDate, value: one.value, ...(photo ? { photo } : {}) };
  const { data } = await sendOwnReading({
    body: body as OwnReadingIn, // the contract names the photo, which need not be there
    headers: { "Idempotency-Key": one.key },
    throwOnError: true,
  });
  return data;
}

/** What waits goes when the network is back, and every half minute. Returns how to stop. */
export function keepSending(onSent: () => void): () => void {
  const again = () => {
    if (waiting.some((one) => one.refusal === null)) void sendOutbox(onSent);
  };
  void load().then(again);
  const timer = setInterval(again, AGAIN_MS);
  const stop = onNetworkBack(again);
  return () => {
    clearInterval(timer);
    stop();
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  void load();
  return () => listeners.delete(listener);
}

export function useOutbox(): WaitingReading[] {
  return useSyncExternalStore(subscribe, () => waiting, () => waiting);
}

function tell(): void {
  for (const listener of listeners) listener();
}

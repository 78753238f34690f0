import { getRandomBytes } from "expo-crypto";

const LENGTH = 16;

/** A key for one intention, which nobody else makes. */
export function newKey(): string {
  return Array.from(getRandomBytes(LENGTH), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

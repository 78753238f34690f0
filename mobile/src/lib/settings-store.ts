import { getItem, setItem } from "expo-secure-store";

const PREFIX = "rachun_portal_";

/** Small choices of this device, read before the first screen. */
export function readSetting(name: string): string | null {
  return getItem(PREFIX + name);
}

export function keepSetting(name: string, value: string): void {
  setItem(PREFIX + name, value);
}

const PREFIX = "rachun.portal.";

/** Small choices of this browser, read before the first screen. */
export function readSetting(name: string): string | null {
  return localStorage.getItem(PREFIX + name);
}

export function keepSetting(name: string, value: string): void {
  localStorage.setItem(PREFIX + name, value);
}

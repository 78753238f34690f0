const USUAL_PX = 16;

export function showPageLanguage(language: string): void {
  document.documentElement.lang = language;
}

export function showPageTitle(title: string): void {
  document.title = title;
}

/** Somebody who set larger letters in the browser wants them here too. */
export function deviceTextScale(): number {
  const set = Number.parseInt(getComputedStyle(document.documentElement).fontSize, 10);
  return Number.isNaN(set) ? 1 : Math.min(Math.max(set / USUAL_PX, 1), 2);
}

const DAY_MS = 86_400_000;

/** 2026-03-31 as 31.03.2026. */
export function formatDate(iso: string): string {
  const [year = "", month = "", day = ""] = iso.slice(0, 10).split("-");
  return `${day}.${month}.${year}`;
}

/** The last day of a period whose end is the first day after it. */
export function dayBefore(iso: string): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

/** 01.–31.03.2026: the end is the first day after the period. */
export function formatPeriod(from: string, end: string): string {
  const last = dayBefore(end);
  if (from.slice(0, 7) === last.slice(0, 7)) return `${from.slice(8, 10)}.–${formatDate(last)}`;
  return `${formatDate(from)}–${formatDate(last)}`;
}

/** The day on this device's calendar, as the interface writes it. */
export function dayOf(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

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

/** The end of a period whose last day was typed; a text that is no day stays as it is, for the server to refuse. */
export function dayAfter(iso: string): string {
  const moment = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(moment) ? iso : new Date(moment + DAY_MS).toISOString().slice(0, 10);
}

/** 01.–31.03.2026: the end is the first day after the period. */
export function formatPeriod(from: string, end: string): string {
  const last = dayBefore(end);
  if (from.slice(0, 7) === last.slice(0, 7)) return `${from.slice(8, 10)}.–${formatDate(last)}`;
  return `${formatDate(from)}–${formatDate(last)}`;
}

/** A moment in the time of this computer: 25.11.2026 13:45. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso);
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${two(moment.getDate())}.${two(moment.getMonth() + 1)}.${moment.getFullYear()}`;
  return `${date} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** 1.3.26, 01.03.2026 and 2026-03-01 as 2026-03-01; null for anything that is no day of the calendar. */
export function typedDate(text: string): string | null {
  const written = /^(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\.?$/.exec(text.trim());
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  const [year, month, day] = written ? [written[3], written[2], written[1]] : iso ? iso.slice(1) : [];
  if (!year || !month || !day) return null;
  const full = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const read = new Date(`${full}T00:00:00Z`);
  return Number.isNaN(read.getTime()) || read.toISOString().slice(0, 10) !== full ? null : full;
}

/** [first day, first day of the next month] of the month before the given day. */
export function monthBefore(today: Date): [string, string] {
  const first = (shift: number) =>
    new Date(Date.UTC(today.getFullYear(), today.getMonth() + shift, 1)).toISOString().slice(0, 10);
  return [first(-1), first(0)];
}

/** Today by the clock of this computer. */
export function today(): string {
  return isoOf(new Date());
}

export function tomorrow(): string {
  return dayAfter(today());
}

/** The same day so many years ago. */
export function yearsBefore(years: number): string {
  const now = new Date();
  return isoOf(new Date(now.getFullYear() - years, now.getMonth(), 1));
}

function isoOf(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The months up to this one, the latest first: 2026-03. */
export function latestMonths(count: number): string[] {
  const now = new Date();
  return Array.from({ length: count }, (_none, back) => isoOf(new Date(now.getFullYear(), now.getMonth() - back, 1)).slice(0, 7));
}

import type { Language } from "@/lib/texts";

const MINUS = "\u2212";
const MINOR_DIGITS = 2; // of UAH, BAM and EUR

interface Marks {
  group: string;
  decimal: string;
}

const marksOf = new Map<Language, Marks>();

function marks(language: Language): Marks {
  const known = marksOf.get(language);
  if (known) return known;
  const parts = new Intl.NumberFormat(language, { useGrouping: true }).formatToParts(1234567.5);
  const of = (type: string, otherwise: string) => parts.find((part) => part.type === type)?.value ?? otherwise;
  const found = { group: of("group", "\u00a0"), decimal: of("decimal", ",") };
  marksOf.set(language, found);
  return found;
}

/** A decimal string as people write it. The text is rearranged; no digit passes through a binary number. */
export function formatDecimal(value: string, language: Language): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (!found) return value;
  const [, sign = "", whole = "", fraction] = found;
  const { group, decimal } = marks(language);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${sign ? MINUS : ""}${grouped}${fraction ? decimal + fraction : ""}`;
}

/** A quantity: zeros at the end say nothing. */
export function formatQuantity(value: string, language: Language): string {
  return formatDecimal(value.includes(".") ? value.replace(/\.?0+$/, "") : value, language);
}

/** Kopiykas and fenings, as the control sheet counts, to a decimal string. */
export function fromMinor(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(MINOR_DIGITS + 1, "0");
  return `${minor < 0 ? "-" : ""}${digits.slice(0, -MINOR_DIGITS)}.${digits.slice(-MINOR_DIGITS)}`;
}

export function isNegative(value: string): boolean {
  return value.startsWith("-") && !isZero(value);
}

export function isZero(value: string): boolean {
  return /^-?[0.]*$/.test(value);
}

/** What somebody typed, as the interface wants it: "1 234,50" becomes "1234.50". */
export function typedDecimal(text: string): string {
  return text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
}

export function formatCount(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

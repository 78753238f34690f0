import type { Language } from "@/lib/texts";

const MINUS = "\u2212";
const MINOR_DIGITS = 2; // of UAH, BAM and EUR

interface Marks {
  group: string;
  decimal: string;
}

// Written out: a browser without the numbers of Bosnian would fall back to those of English, where "1,234" is a thousand.
const MARKS: Record<Language, Marks> = {
  uk: { group: "\u00a0", decimal: "," },
  bs: { group: ".", decimal: "," },
  en: { group: ",", decimal: "." },
};

/** A decimal string as people write it. The text is rearranged; no digit passes through a binary number. */
export function formatDecimal(value: string, language: Language): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (!found) return value;
  const [, sign = "", whole = "", fraction] = found;
  const { group, decimal } = MARKS[language];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${sign ? MINUS : ""}${grouped}${fraction ? decimal + fraction : ""}`;
}

/** A quantity: zeros at the end say nothing. */
export function formatQuantity(value: string, language: Language): string {
  return formatDecimal(value.includes(".") ? value.replace(/\.?0+$/, "") : value, language);
}

/** A price or an amount before it is rounded: what follows the two usual decimals is shown when it says something. */
export function formatPrice(value: string, language: Language): string {
  const [whole = "", fraction = ""] = value.split(".");
  return formatDecimal(`${whole}.${fraction.replace(/0+$/, "").padEnd(MINOR_DIGITS, "0")}`, language);
}

const PERCENT_DIGITS = 2;

/** A percent to two decimals, half away from zero. */
export function formatPercent(value: string, language: Language): string {
  const [whole = "0", fraction = ""] = value.replace("-", "").split(".");
  const digits = BigInt(whole + fraction.padEnd(PERCENT_DIGITS + 1, "0").slice(0, PERCENT_DIGITS + 1));
  const rounded = String((digits + 5n) / 10n).padStart(PERCENT_DIGITS + 1, "0");
  const sign = value.startsWith("-") && !/^0+$/.test(rounded) ? "-" : "";
  return formatQuantity(`${sign}${rounded.slice(0, -PERCENT_DIGITS)}.${rounded.slice(-PERCENT_DIGITS)}`, language);
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

/** What somebody typed, as the interface wants it: "1 234,50" and "1.234,50" become "1234.50". */
export function typedDecimal(text: string): string {
  const typed = text.replace(/[\s\u00a0\u202f]/g, "").replace(MINUS, "-");
  const last = Math.max(typed.lastIndexOf(","), typed.lastIndexOf("."));
  const isGrouped = typed.includes(",") && typed.includes(".");
  return isGrouped ? `${typed.slice(0, last).replace(/[,.]/g, "")}.${typed.slice(last + 1)}` : typed.replace(",", ".");
}

/** A quantity in a field that is typed over: without marks between thousands, which would be read as decimals. */
export function editableQuantity(value: string, language: Language): string {
  const trimmed = value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  return trimmed.replace(".", MARKS[language].decimal);
}

export function formatCount(value: number, language: Language): string {
  return formatDecimal(String(value), language);
}

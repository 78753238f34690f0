import type { Language } from "@/lib/texts";

const MINUS = "\u2212";
const NO_BREAK = "\u00a0";
// Written out: not every phone's JavaScript knows the languages.
const MARKS: Record<Language, { group: string; decimal: string }> = {
  uk: { group: NO_BREAK, decimal: "," },
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

export function isNegative(value: string): boolean {
  return value.startsWith("-") && !isZero(value);
}

export function isZero(value: string): boolean {
  return /^-?[0.]*$/.test(value);
}

/** Without its sign, where words say which way it goes. */
export function magnitude(value: string): string {
  return value.replace(/^-/, "");
}

/** What somebody typed, as the interface wants it: "1 234,50" becomes "1234.50". */
export function typedDecimal(text: string): string {
  return text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
}

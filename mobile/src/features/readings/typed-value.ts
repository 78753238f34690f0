/** A value that a dial can show: digits, and up to six after the point. */
export function isReading(value: string): boolean {
  return /^\d{1,12}(\.\d{1,6})?$/.test(value);
}

/** Whether one decimal is less than the other, digit by digit: works without a network and loses nothing. */
export function isLess(one: string, other: string): boolean {
  const [a, b] = [parts(one), parts(other)];
  if (a.whole.length !== b.whole.length) return a.whole.length < b.whole.length;
  if (a.whole !== b.whole) return a.whole < b.whole;
  const places = Math.max(a.fraction.length, b.fraction.length);
  return a.fraction.padEnd(places, "0") < b.fraction.padEnd(places, "0");
}

function parts(value: string): { whole: string; fraction: string } {
  const [whole = "", fraction = ""] = value.split(".");
  return { whole: whole.replace(/^0+(?=\d)/, ""), fraction };
}

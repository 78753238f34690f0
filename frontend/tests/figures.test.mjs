// Amounts, quantities and days as people read and type them. Run by node itself, which strips the types.
import assert from "node:assert/strict";
import test from "node:test";

import { editableQuantity, formatCount, formatDecimal, formatPercent, formatPrice, formatQuantity, fromMinor, isNegative, typedDecimal } from "../src/lib/amounts.ts";
import { dayAfter, dayBefore, formatDate, formatPeriod, monthBefore, typedDate } from "../src/lib/dates.ts";

const cases = (name, function_, rows) =>
  test(name, () => {
    for (const [expected, ...given] of rows) assert.equal(function_(...given), expected, `${name}(${given.join(", ")})`);
  });

cases("an amount has the marks of its language and a real minus", formatDecimal, [
  ["1\u00a0234\u00a0567,50", "1234567.50", "uk"],
  ["1.234.567,50", "1234567.50", "bs"],
  ["1,234,567.50", "1234567.50", "en"],
  ["\u22120,05", "-0.05", "bs"],
  ["999", "999", "uk"],
  ["90\u00a0071\u00a0992\u00a0547\u00a0409\u00a0931,99", "90071992547409931.99", "uk"], // past what a binary number holds
  ["n/a", "n/a", "uk"],
]);
cases("zeros at the end of a quantity say nothing", formatQuantity, [
  ["12,5", "12.500000", "bs"],
  ["100", "100.000000", "uk"],
  ["1.000", "1000", "bs"],
]);
cases("a percent is rounded to two decimals", formatPercent, [
  ["32,26", "32.258065", "bs"],
  ["13,64", "13.636364", "uk"],
  ["0,01", "0.005", "uk"],
  ["\u221225", "-25.000000", "bs"],
  ["0", "-0.001", "uk"],
  ["50", "50", "bs"],
]);
cases("a price has two decimals, and more where they say something", formatPrice, [
  ["180,00", "180", "uk"],
  ["0,72", "0.720000", "uk"],
  ["4,50", "4.5", "bs"],
  ["1.234,1735", "1234.17350000", "bs"],
  ["\u22120,05", "-0.050000", "uk"],
]);
cases("a quantity in a field has no marks between thousands", editableQuantity, [
  ["4799", "4799.000000", "bs"],
  ["4799,5", "4799.500000", "uk"],
  ["4799.5", "4799.5", "en"],
]);
cases("a count is grouped like an amount", formatCount, [["12.345", 12345, "bs"], ["\u221212\u00a0345", -12345, "uk"]]);
cases("minor units become a decimal", fromMinor, [["0.05", 5], ["-12.30", -1230], ["0.00", 0]]);
cases("what is typed is read as it is meant", typedDecimal, [
  ["1234.50", "1 234,50"],
  ["1234.50", "1.234,50"],
  ["1234.50", "1,234.50"],
  ["1234567.5", "1.234.567,5"],
  ["142.5", "142,5"],
  ["-3.5", "\u22123,5"],
]);
cases("nothing below zero is no debt", isNegative, [[false, "-0.00"], [true, "-0.01"], [false, "5"]]);
cases("a day is written day first", formatDate, [["31.03.2026", "2026-03-31"]]);
cases("a period ends on its last day", formatPeriod, [
  ["01.–31.03.2026", "2026-03-01", "2026-04-01"],
  ["15.12.2025–14.01.2026", "2025-12-15", "2026-01-15"],
]);
cases("the day before crosses months and leap days", dayBefore, [["2028-02-29", "2028-03-01"], ["2025-12-31", "2026-01-01"]]);
cases("the day after crosses months", dayAfter, [["2026-03-01", "2026-02-28"], ["31.02.", "31.02."]]);
cases("a day may be typed short, and has to be one", typedDate, [
  ["2026-03-01", "1.3.26"],
  ["2026-03-01", "01/03/2026"],
  ["2026-03-01", "2026-03-01"],
  [null, "31.02.2026"],
  [null, "soon"],
]);

test("the month that has ended is the one before, also in January", () => {
  assert.deepEqual(monthBefore(new Date(2026, 0, 15)), ["2025-12-01", "2026-01-01"]);
});

import { Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

import { formatCount, formatDecimal, formatPercent, formatPrice, formatQuantity, isNegative } from "@/lib/amounts";
import { formatDate, formatMoment, formatPeriod } from "@/lib/dates";
import { hasText, useSay } from "@/lib/texts";

/** The name that people give a currency: KM for BAM. */
export function useCurrency(): (code: string) => string {
  const { say } = useSay();
  return (code) => {
    const key = `currency.${code}`;
    return hasText(key) ? say(key) : code;
  };
}

/** An amount with its currency, for a sentence. */
export function useMoneyText(): (value: string, currency: string) => string {
  const { language } = useSay();
  const name = useCurrency();
  return (value, currency) => `${formatDecimal(value, language)}\u00a0${name(currency)}`;
}

/** An amount; its currency stands in the header or beside it. */
export function Money({ value, currency }: { value: string; currency?: string }) {
  const { language } = useSay();
  const text = useMoneyText();
  return (
    <span className={isNegative(value) ? "number negative" : "number"}>
      {currency ? text(value, currency) : formatDecimal(value, language)}
    </span>
  );
}

/** The name that people give a unit: кВт·год for kWh. Of a package, "× 10 m3", it is what comes last. */
export function useUnit(): (code: string) => string {
  const { say } = useSay();
  return (code) => {
    const at = code.lastIndexOf(" ") + 1;
    const key = `unit.${code.slice(at)}`;
    return hasText(key) ? code.slice(0, at) + say(key) : code;
  };
}

export function Quantity({ value, unit = "" }: { value: string; unit?: string }) {
  const { language } = useSay();
  const name = useUnit();
  const text = formatQuantity(value, language);
  return <span className="number">{unit ? `${text}\u00a0${name(unit)}` : text}</span>;
}

/** A price of a unit, or an amount that was not rounded yet. */
export function Price({ value }: { value: string }) {
  const { language } = useSay();
  return <span className="number">{formatPrice(value, language)}</span>;
}

export function Percent({ value }: { value: string }) {
  const { language } = useSay();
  return <span className="number">{formatPercent(value, language)}</span>;
}

export function Count({ value }: { value: number }) {
  const { language } = useSay();
  return <span className="number">{formatCount(value, language)}</span>;
}

export function Day({ value }: { value: string | null }) {
  return value ? <span className="number">{formatDate(value)}</span> : <Unknown />;
}

export function Moment({ value }: { value: string | null }) {
  return value ? <span className="number">{formatMoment(value)}</span> : <Unknown />;
}

export function Period({ from, end }: { from: string; end: string }) {
  return <span className="number">{formatPeriod(from, end)}</span>;
}

export function Identifier({ value }: { value: string }) {
  return value ? <span className="identifier">{value}</span> : <Unknown />;
}

/** Nothing known, which is not zero; says so on hover and focus. */
export function Unknown() {
  const { say } = useSay();
  return (
    <Tooltip label={say("figure.unknown")}>
      <Text component="span" inherit c="dimmed" tabIndex={0} role="img" aria-label={say("figure.unknown")}>
        {"—"}
      </Text>
    </Tooltip>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Key figures in one row that breaks where the screen ends. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl style={{ display: "flex", flexWrap: "wrap", gap: "12px 32px", margin: 0 }}>
      {facts.map((fact) => (
        <div key={fact.label}>
          <Text component="dt" size="xs" c="dimmed">
            {fact.label}
          </Text>
          <dd style={{ margin: 0, fontSize: "0.875rem", fontWeight: 500 }}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

import { formatDecimal } from "@/lib/amounts";
import { hasText, useSay } from "@/lib/texts";

const NO_BREAK = "\u00a0";

/** "23,40 KM": an amount with the name that people give the currency. */
export function useMoney(): (value: string, currency: string) => string {
  const { say, language } = useSay();
  return (value, currency) => {
    const key = `currency.${currency}`;
    return formatDecimal(value, language) + NO_BREAK + (hasText(key) ? say(key) : currency);
  };
}


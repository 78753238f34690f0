import { formatDecimal, formatQuantity } from "@/lib/amounts";
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


/** "142 kWh": a quantity with the unit as people write it here. */
export function useQuantity(): (value: string, unit: string) => string {
  const { language } = useSay();
  const unitName = useUnit();
  return (value, unit) => `${formatQuantity(value, language)}${NO_BREAK}${unitName(unit)}`;
}

export function useUnit(): (unit: string) => string {
  const { say } = useSay();
  return (unit) => {
    const key = `unit.${unit}`;
    return hasText(key) ? say(key) : unit;
  };
}

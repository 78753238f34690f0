import { useMay } from "@/lib/access";
import { Money } from "@/ui/figures";
import { To } from "@/ui/to";

/** An amount that leads to what it booked, for those who may see the books. */
export function Booked({ source, value, currency }: { source: string; value: string; currency: string }) {
  const may = useMay();
  const amount = <Money value={value} currency={currency} />;
  return may("listEntries") ? <To to={`/entries?source_id=${source}`}>{amount}</To> : amount;
}

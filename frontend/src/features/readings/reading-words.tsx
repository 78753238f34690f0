import { Text } from "@mantine/core";

import type { ReadingCheckOut } from "@/api";
import { formatQuantity, isNegative } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { useUnit } from "@/ui/figures";
import { useWord } from "@/ui/states";

/** "HIGH,ABOVE_NEXT" as words. */
export function Verdict({ value }: { value: string }) {
  const word = useWord();
  return value
    .split(",")
    .filter(Boolean)
    .map((one) => word("verdict", one))
    .join(", ");
}

export function Checks({ names }: { names: string[] }) {
  const word = useWord();
  return names.map((name) => word("verdict", name)).join(", ");
}

/** What the reading means beside what is usual, and what stands against it. */
export function Opinion({ opinion, unit }: { opinion: ReadingCheckOut; unit: string }) {
  const { say, language } = useSay();
  const { used, days, usual, usual_days: usualDays } = opinion;
  const unitName = useUnit();
  const amount = (value: string) => [formatQuantity(value, language), unitName(unit)].filter(Boolean).join("\u00a0");
  return (
    <>
      {used !== null && days !== null ? (
        <Text size="xs" className="number" c={isNegative(used) ? "var(--mantine-color-error)" : "dimmed"}>
          {isNegative(used)
            ? say("reading.below", { used: amount(used) })
            : say("reading.used", { used: amount(used), days })}
        </Text>
      ) : null}
      {usual !== null && usualDays !== null ? (
        <Text size="xs" c="dimmed" className="number">
          {say("reading.usual", { usual: amount(usual), days: usualDays })}
        </Text>
      ) : null}
      {opinion.checks.length ? (
        <Text size="xs" fw={600}>
          <Checks names={opinion.checks} />
        </Text>
      ) : null}
    </>
  );
}

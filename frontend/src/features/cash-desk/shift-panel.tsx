import { Alert, Button, Group, Text } from "@mantine/core";
import { useState } from "react";

import type { CashDeskStateOut, CashShiftOut } from "@/api";
import { CountDialog } from "@/features/cash-desk/count-dialog";
import { MoveDialog } from "@/features/cash-desk/move-dialog";
import { xReport } from "@/features/cash-desk/queries";
import { useIdempotencyKey } from "@/lib/idempotency";
import { useSay } from "@/lib/texts";
import { Count, Facts, Moment, Money } from "@/ui/figures";
import { Key, useKeys } from "@/ui/keys";
import { Panel } from "@/ui/page";
import { ProblemAlert, State, useWord } from "@/ui/states";

interface ShiftPanelProps {
  state: CashDeskStateOut;
  shift: CashShiftOut;
  onChanged: () => void;
}

/** What is in the drawer, and what else the register does in a shift. */
export function ShiftPanel({ state, shift, onChanged }: ShiftPanelProps) {
  const { say } = useSay();
  const [dialog, setDialog] = useState<"move" | "count" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isPrinting, setIsPrinting] = useState(false);
  const { keyFor, spent } = useIdempotencyKey();
  const isOpen = shift.state === "OPEN";
  async function report() {
    if (isPrinting || !isOpen) return;
    setIsPrinting(true);
    try {
      await xReport(shift.id, keyFor([shift.id, "x", shift.movements.length]));
      spent();
      setError(null);
    } catch (problem) {
      setError(problem);
    } finally {
      setIsPrinting(false);
      onChanged();
    }
  }
  useKeys({
    F4: () => void report(),
    F6: () => (isOpen && state.is_own_shift ? setDialog("move") : undefined),
    F8: () => (isOpen ? setDialog("count") : undefined),
  });
  const { drawer } = shift;
  const money = (value: string) => <Money value={value} currency={shift.currency} />;
  const facts = [
    { label: say("cash.float"), value: money(drawer.float) },
    { label: say("cash.taken"), value: money(drawer.taken) },
    { label: say("cash.taken.count"), value: <Count value={drawer.taken_count} /> },
    { label: say("cash.moved_in"), value: money(drawer.moved_in) },
    { label: say("cash.moved_out"), value: money(drawer.moved_out) },
    { label: say("cash.expected"), value: money(drawer.expected) },
    { label: say("cash.opened"), value: <Moment value={shift.opened_at} /> },
  ];
  return (
    <Panel title={say("cash.shift.title", { number: shift.number, name: shift.cashier_name })}>
      <Facts facts={facts} />
      <Latest shift={shift} />
      {error ? <ProblemAlert error={error} /> : null}
      <Group gap="xs" mt="md">
        {state.has_register ? (
          <Button size="xs" variant="default" loading={isPrinting} disabled={!isOpen} onClick={() => void report()} rightSection={<Key name="F4" />}>
            {say("cash.x_report")}
          </Button>
        ) : null}
        <Button
          size="xs"
          variant="default"
          disabled={!isOpen || !state.is_own_shift}
          onClick={() => setDialog("move")}
          rightSection={<Key name="F6" />}
        >
          {say("cash.move")}
        </Button>
        <Button size="xs" variant="default" disabled={!isOpen} onClick={() => setDialog("count")} rightSection={<Key name="F8" />}>
          {say("cash.close")}
        </Button>
      </Group>
      {dialog === "move" ? <MoveDialog shift={shift} onClose={() => setDialog(null)} onDone={onChanged} /> : null}
      {dialog === "count" ? <CountDialog shift={shift} onClose={() => setDialog(null)} onDone={onChanged} /> : null}
    </Panel>
  );
}

/** The latest thing other than a payment that was asked of the register, while it matters. */
function Latest({ shift }: { shift: CashShiftOut }) {
  const word = useWord();
  const latest = shift.movements.at(-1);
  if (!latest || latest.state === "DONE") return null;
  return (
    <Alert
      variant="outline"
      color={latest.state === "FAILED" ? "red" : "orange"}
      c="var(--mantine-color-text)"
      mt="sm"
      role="status"
      title={
        <Group gap="xs">
          {word("movement", latest.kind)}
          <State of="movement.state" value={latest.state} />
        </Group>
      }
    >
      <Text size="sm">{`${latest.title} ${latest.what_to_do}`}</Text>
    </Alert>
  );
}

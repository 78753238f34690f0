import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from "@mantine/core";

import type { CashShiftOut } from "@/api";
import { moveCash } from "@/features/cash-desk/queries";
import { typedDecimal } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { useCurrency } from "@/ui/figures";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert, useWord } from "@/ui/states";

interface MoveDialogProps {
  shift: CashShiftOut;
  onClose: () => void;
  onDone: () => void;
}

/** Cash into or out of the drawer that nobody paid. */
export function MoveDialog({ shift, onClose, onDone }: MoveDialogProps) {
  const { say } = useSay();
  const currency = useCurrency();
  const word = useWord();
  const form = useProblemForm({
    initial: { kind: "OUT", amount: "", reason: "" },
    submit: (values, key) => {
      const kind = values.kind === "IN" ? "IN" : "OUT";
      return moveCash(shift.id, { kind, amount: typedDecimal(values.amount), reason: values.reason }, key);
    },
    onDone: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Modal opened onClose={onClose} title={say("cash.move")} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={(event) => void form.submit(event)}>
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <SegmentedControl
            aria-label={say("cash.move.kind")}
            data={["OUT", "IN"].map((value) => ({ value, label: word("movement", value) }))}
            value={form.values.kind}
            onChange={(value) => form.set("kind", value)}
          />
          <TextInput
            label={say("cash.move.amount")}
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            rightSection={currency(shift.currency)}
            rightSectionWidth={56}
            {...form.field("amount")}
          />
          <TextInput label={say("cash.move.reason")} autoComplete="off" {...form.field("reason")} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy}>
              {say("cash.move.do")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

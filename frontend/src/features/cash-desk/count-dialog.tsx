import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";

import type { CashShiftOut } from "@/api";
import { closeShift } from "@/features/cash-desk/queries";
import { typedDecimal } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { Money } from "@/ui/figures";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

interface CountDialogProps {
  shift: CashShiftOut;
  onClose: () => void;
  onDone: () => void;
}

/** Counted against expected; then the register closes its day. */
export function CountDialog({ shift, onClose, onDone }: CountDialogProps) {
  const { say } = useSay();
  const form = useProblemForm({
    initial: { counted: "", reason: "" },
    submit: (values, key) =>
      closeShift(shift.id, { counted: typedDecimal(values.counted), reason: values.reason }, key),
    onDone: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Modal opened onClose={onClose} title={say("cash.close")} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={(event) => void form.submit(event)}>
        <Stack gap="sm">
          <Text size="sm">
            {say("cash.expected")}: <Money value={shift.drawer.expected} currency={shift.currency} />
          </Text>
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <TextInput
            label={say("cash.counted")}
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            size="md"
            required
            withAsterisk={false}
            {...form.field("counted")}
          />
          <TextInput label={say("cash.why")} autoComplete="off" {...form.field("reason")} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy}>
              {say("cash.close.do")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

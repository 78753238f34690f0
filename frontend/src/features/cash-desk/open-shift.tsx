import { Button, Group, TextInput } from "@mantine/core";

import type { CashDeskOut } from "@/api";
import { openShift } from "@/features/cash-desk/queries";
import { typedDecimal } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { useCurrency } from "@/ui/figures";
import { Panel } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

/** The day begins with what is in the drawer. */
export function OpenShift({ desk, onOpened }: { desk: CashDeskOut; onOpened: () => void }) {
  const { say } = useSay();
  const currency = useCurrency();
  const form = useProblemForm({
    initial: { float: "" },
    submit: (values, key) =>
      openShift({ cash_desk_id: desk.id, float: typedDecimal(values.float) || "0" }, key),
    onDone: onOpened,
  });
  return (
    <Panel title={say("cash.open.title")}>
      <form onSubmit={(event) => void form.submit(event)}>
        {form.problem ? <ProblemAlert error={form.problem} /> : null}
        <Group align="flex-end" gap="sm" mt={form.problem ? "sm" : 0}>
          <TextInput
            label={say("cash.float")}
            description={say("cash.float.about")}
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            autoFocus
            rightSection={currency(desk.currency)}
            rightSectionWidth={56}
            {...form.field("float")}
          />
          <Button type="submit" loading={form.isBusy}>
            {say("cash.open")}
          </Button>
        </Group>
      </form>
    </Panel>
  );
}

import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";

import type { CashPaymentOut, CashShiftOut, PayerOut } from "@/api";
import { paymentList, takePayment } from "@/features/cash-desk/queries";
import { editableQuantity, isNegative, isZero, typedDecimal } from "@/lib/amounts";
import { formatMoment } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Identifier, Money, useMoneyText } from "@/ui/figures";
import { Key } from "@/ui/keys";
import { Panel } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

interface PayFormProps {
  payer: PayerOut;
  shift: CashShiftOut;
  onTaken: (payment: CashPaymentOut) => void;
  onBack: () => void;
}

/** What is owed stands in the field already: Enter, what was given, Enter. Nothing given means exactly that much. */
export function PayForm({ payer, shift, onTaken, onBack }: PayFormProps) {
  const { say, language } = useSay();
  const given = useRef<HTMLInputElement>(null);
  const owed = isNegative(payer.balance) || isZero(payer.balance) ? "" : payer.balance;
  const form = useProblemForm({
    initial: { amount: editableQuantity(payer.asked ?? owed, language), tendered: "" },
    submit: (values, key) => {
      const amount = typedDecimal(values.amount);
      const body = { account_id: payer.account_id, amount, tendered: typedDecimal(values.tendered) || amount };
      return takePayment(shift.id, body, key);
    },
    onDone: onTaken,
  });
  return (
    <Panel>
      <Group justify="space-between" align="flex-start" mb="md">
        <div>
          <Text size="xl" fw={600}>
            {payer.holder}
          </Text>
          <Identifier value={payer.account_number} />
        </div>
        <div style={{ textAlign: "right" }}>
          <Text size="xs" c="dimmed">
            {say(isNegative(payer.balance) ? "cash.credit" : "cash.owed")}
          </Text>
          <Text size="1.75rem" fw={600}>
            <Money value={payer.balance} currency={payer.currency} />
          </Text>
        </div>
      </Group>
      <PaidToday payer={payer} />
      <form
        onSubmit={(event) => void form.submit(event)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onBack();
        }}
      >
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <Group align="flex-end" gap="sm">
            <TextInput
              size="lg"
              label={say("cash.amount")}
              inputMode="decimal"
              autoComplete="off"
              autoFocus
              data-autofocus
              onFocus={(event) => event.currentTarget.select()}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                given.current?.focus();
              }}
              {...form.field("amount")}
            />
            <TextInput
              ref={given}
              size="lg"
              label={say("cash.given")}
              placeholder={say("cash.given.exact")}
              inputMode="decimal"
              autoComplete="off"
              {...form.field("tendered")}
            />
            <Button type="submit" size="lg" loading={form.isBusy} rightSection={<Key name="Enter" />}>
              {say("cash.take")}
            </Button>
            <Button size="lg" variant="default" onClick={onBack} disabled={form.isBusy} rightSection={<Key name="Esc" />}>
              {say("cash.back")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

/** The same bill paid twice in a day is the commonest mistake at a desk. */
function PaidToday({ payer }: { payer: PayerOut }) {
  const { say } = useSay();
  const money = useMoneyText();
  const { data } = useQuery({
    ...paymentList({ query: { account_id: payer.account_id, page_size: 1 } }),
    staleTime: 0,
  });
  const latest = data?.results.find((one) => one.state === "TAKEN" || one.state === "PRINTED");
  if (!latest || new Date(latest.taken_at).toDateString() !== new Date().toDateString()) return null;
  const amount = money(latest.amount, latest.currency);
  return (
    <Alert variant="outline" color="orange" c="var(--mantine-color-text)" mb="sm" role="status">
      {say("cash.paid_today", { amount, moment: formatMoment(latest.taken_at) })}
    </Alert>
  );
}

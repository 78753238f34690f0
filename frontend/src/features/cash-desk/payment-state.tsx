import { Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useState } from "react";

import type { CashPaymentOut } from "@/api";
import { answerPayment, cancelPayment } from "@/features/cash-desk/queries";
import { useSay } from "@/lib/texts";
import { Identifier, Money } from "@/ui/figures";
import { Key, useKeys } from "@/ui/keys";
import { Panel } from "@/ui/page";
import { ProblemAlert } from "@/ui/states";

interface PaymentStateProps {
  payment: CashPaymentOut;
  onChanged: () => void;
  onNext: () => void;
}

const isTaken = (payment: CashPaymentOut) => payment.state === "TAKEN" || payment.state === "PRINTED";

/** What became of the payment, large enough to be read while handing out coins. */
export function PaymentState({ payment, onChanged, onNext }: PaymentStateProps) {
  const { say } = useSay();
  const isOver = payment.state !== "TAKING";
  return (
    <Panel>
      <Group gap="sm" align="center" wrap="nowrap" role="status" aria-live="assertive">
        <Sign payment={payment} />
        <div>
          <Title order={2}>{payment.title}</Title>
          <Text>{payment.what_to_do}</Text>
        </div>
      </Group>
      {isTaken(payment) ? <Change payment={payment} /> : null}
      <Text size="sm" mt="sm">
        {payment.holder} <Identifier value={payment.account_number} />{" "}
        <Money value={payment.amount} currency={payment.currency} />
      </Text>
      {isTaken(payment) && payment.receipt_number ? (
        <Text size="sm" c="dimmed">
          {payment.fiscal_no === null
            ? say("cash.receipt", { number: payment.receipt_number })
            : say("cash.receipt.fiscal", { number: payment.receipt_number, fiscal: String(payment.fiscal_no) })}
        </Text>
      ) : null}
      <Group mt="md" gap="sm">
        {isOver ? (
          <Button size="lg" autoFocus data-autofocus onClick={onNext} rightSection={<Key name="Enter" />}>
            {say("cash.next")}
          </Button>
        ) : (
          <Ways payment={payment} onChanged={onChanged} />
        )}
      </Group>
    </Panel>
  );
}

function Sign({ payment }: { payment: CashPaymentOut }) {
  const { say } = useSay();
  const look = { size: 40, stroke: 1.5, "aria-hidden": true, style: { flexShrink: 0 } } as const;
  if (isTaken(payment)) return <IconCircleCheck {...look} color="var(--mantine-color-anchor)" />;
  if (payment.state === "NOT_TAKEN") return <IconCircleX {...look} color="var(--mantine-color-error)" />;
  if (payment.code) return <IconAlertTriangle {...look} color="var(--mantine-color-orange-6)" />;
  return <Loader size={36} aria-label={say("cash.printing")} />;
}

function Change({ payment }: { payment: CashPaymentOut }) {
  const { say } = useSay();
  return (
    <div style={{ margin: "12px 0 4px" }}>
      <Text size="sm" c="dimmed">
        {say("cash.change")}
      </Text>
      <Text fz="3.5rem" fw={700} lh={1.1} data-testid="change">
        <Money value={payment.change} currency={payment.currency} />
      </Text>
    </div>
  );
}

/** The ways on while the register has not ended: none of them prints anything a second time. */
function Ways({ payment, onChanged }: { payment: CashPaymentOut; onChanged: () => void }) {
  const { say } = useSay();
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function send(work: () => Promise<unknown>) {
    if (isSending) return;
    setIsSending(true);
    try {
      await work();
      setError(null);
    } catch (problem) {
      setError(problem);
    } finally {
      setIsSending(false);
      onChanged();
    }
  }
  const cancel = () => void send(() => cancelPayment(payment.id));
  useKeys({ F9: () => (payment.can_cancel ? cancel() : undefined) });
  return (
    <Stack gap="sm">
      {error ? <ProblemAlert error={error} /> : null}
      <Group gap="sm">
        {payment.can_cancel ? (
          <Button variant="default" onClick={cancel} loading={isSending} rightSection={<Key name="F9" />}>
            {say("cash.give_back")}
          </Button>
        ) : null}
        {payment.needs_answer ? (
          <>
            <Button loading={isSending} onClick={() => void send(() => answerPayment(payment.id, "PRINTED"))}>
              {say("cash.was_printed")}
            </Button>
            <Button
              variant="default"
              loading={isSending}
              onClick={() => void send(() => answerPayment(payment.id, "NOT_PRINTED"))}
            >
              {say("cash.was_not_printed")}
            </Button>
          </>
        ) : null}
      </Group>
    </Stack>
  );
}

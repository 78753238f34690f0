import { Loader, NavLink, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBarcode, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from "react";

import type { CashPaymentOut, PayerOut } from "@/api";
import { payersOf } from "@/features/cash-desk/queries";
import { useSay } from "@/lib/texts";
import { Money, useMoneyText } from "@/ui/figures";
import { Panel } from "@/ui/page";
import { ProblemAlert } from "@/ui/states";

const PAUSE_MS = 250;
const TYPED_MIN = 2;

interface FindPayerProps {
  scanned: { count: number; text: string } | null;
  latest: CashPaymentOut | null;
  onFound: (payer: PayerOut) => void;
}

/** One field for a number, a name, a bill or a scan. A scanner types fast and ends with Enter, as a person does. */
export function FindPayer({ scanned, latest, onFound }: FindPayerProps) {
  const { say } = useSay();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [isNobody, setIsNobody] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [paused] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const handled = useRef(scanned?.count ?? 0);
  const { data, isFetching } = useQuery({
    ...payersOf({ query: { text: paused } }),
    enabled: paused.length >= TYPED_MIN,
    placeholderData: keepPreviousData,
  });
  const found = paused === typed.trim() && paused.length >= TYPED_MIN ? (data ?? []) : [];
  const chosen = Math.min(at, Math.max(found.length - 1, 0));

  async function look(text: string) {
    if (text.length < TYPED_MIN) return;
    try {
      const told = await queries.fetchQuery(payersOf({ query: { text } }));
      setError(null);
      setIsNobody(told.length === 0);
      if (told.length === 1 && told[0]) onFound(told[0]);
    } catch (problem) {
      setError(problem);
    }
  }

  const read = useEffectEvent((scan: { count: number; text: string }) => {
    handled.current = scan.count;
    setTyped(scan.text);
    void look(scan.text);
  });
  useEffect(() => {
    if (scanned && scanned.count !== handled.current) read(scanned);
  }, [scanned]);

  function onKeyDown(event: KeyboardEvent) {
    const one = found[chosen];
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter" && one) onFound(one);
    else if (event.key === "Enter") void look(typed.trim());
    else if (event.key === "Escape") setTyped("");
    else return;
    event.preventDefault();
  }

  return (
    <Panel title={say("cash.find.title")}>
      <TextInput
        size="lg"
        autoFocus
        data-autofocus
        autoComplete="off"
        aria-label={say("cash.find")}
        placeholder={say("cash.find.hint")}
        leftSection={isFetching ? <Loader size={18} /> : <IconBarcode size={20} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
          setIsNobody(false);
        }}
        onKeyDown={onKeyDown}
      />
      <Stack gap={2} mt="xs" aria-live="polite">
        {error ? <ProblemAlert error={error} /> : null}
        {found.map((payer, place) => (
          <NavLink
            key={payer.account_id}
            component="button"
            label={payer.holder}
            description={payer.account_number}
            leftSection={<IconUser size={18} aria-hidden />}
            rightSection={<Money value={payer.balance} currency={payer.currency} />}
            active={place === chosen}
            onClick={() => onFound(payer)}
          />
        ))}
        {isNobody && found.length === 0 ? <Text size="sm">{say("cash.find.nobody")}</Text> : null}
        {typed === "" && latest ? <Latest payment={latest} /> : null}
      </Stack>
    </Panel>
  );
}

/** The customer before, for whoever comes back with a question. */
function Latest({ payment }: { payment: CashPaymentOut }) {
  const { say } = useSay();
  const money = useMoneyText();
  const values = {
    account: payment.account_number,
    amount: money(payment.amount, payment.currency),
    change: money(payment.change, payment.currency),
  };
  return (
    <Text size="sm" c="dimmed">
      {say("cash.latest", values)} {payment.title}
    </Text>
  );
}

import { Group, Loader, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCheck, IconClock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";

import type { ReadingCheckOut, ReadingIn, RegisterToReadOut } from "@/api";
import { opinionOn, sendReading } from "@/features/readings/queries";
import { Opinion } from "@/features/readings/reading-words";
import { editableQuantity, isNegative, typedDecimal } from "@/lib/amounts";
import { asProblem } from "@/lib/problem";
import { useSay } from "@/lib/texts";
import { useUnit } from "@/ui/figures";
import { useProblemText } from "@/ui/states";

const NUMBER = /^\d{1,12}(\.\d{1,6})?$/;
const PAUSE_MS = 250;

interface EntryCellProps {
  row: RegisterToReadOut;
  day: string;
  kind: ReadingIn["kind"];
  /** Told when the reading is with the server. */
  onSent: () => void;
}

type Fate = "taken" | "held" | "sending" | null;

/** One dial: judged while it is typed, sent by Enter; what looks wrong needs a second Enter. */
export function EntryCell({ row, day, kind, onSent }: EntryCellProps) {
  const { say, language } = useSay();
  const problemText = useProblemText();
  const unitName = useUnit();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(row.value ? editableQuantity(row.value, language) : "");
  const [fate, setFate] = useState<Fate>(row.is_held ? "held" : row.value ? "taken" : null);
  const [doubted, setDoubted] = useState("");
  const [error, setError] = useState<unknown>(null);
  const value = typedDecimal(typed);
  const [paused] = useDebouncedValue(value, PAUSE_MS);
  const body = (read: string): ReadingIn => ({
    meter_id: row.meter_id,
    register: row.register,
    read_date: day,
    value: read,
    kind,
  });
  const isWrong = typed !== "" && !NUMBER.test(value);
  const isAsked = fate === null && NUMBER.test(paused) && paused === value;
  const { data: opinion, error: unjudged } = useQuery({ ...opinionOn(body(paused)), enabled: isAsked });
  const failure = error ?? (isAsked ? unjudged : null);

  async function take(input: HTMLInputElement) {
    if (!NUMBER.test(value) || fate === "sending") return;
    if (fate !== null) return toNext(input);
    const asked = body(value);
    try {
      const told = await queries.fetchQuery(opinionOn(asked));
      if (told.action === "REFUSE" || (isDoubtful(told) && doubted !== value)) {
        setDoubted(value);
        return input.select();
      }
      setFate("sending");
      toNext(input);
      setFate(await sendReading(asked));
      setError(null);
      onSent();
    } catch (problem) {
      setFate(null);
      setError(problem);
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "ArrowDown") toNext(event.currentTarget);
    else if (event.key === "ArrowUp") toNext(event.currentTarget, -1);
    else if (event.key === "Enter") void take(event.currentTarget);
    else return;
    event.preventDefault();
  }

  const isRefused = isAsked && opinion?.action === "REFUSE";
  const problem = failure ? asProblem(failure) : null;
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <TextInput
        className="dial"
        size="xs"
        w={150}
        inputMode="decimal"
        autoComplete="off"
        aria-label={say("reading.dial", { meter: row.meter_serial, register: row.register })}
        rightSection={<Text size="xs">{unitName(row.unit)}</Text>}
        rightSectionWidth={44}
        value={typed}
        error={isWrong || isRefused || problem !== null}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setFate(null);
          setError(null);
        }}
        onKeyDown={onKeyDown}
      />
      <div aria-live="polite" style={{ minWidth: 220 }}>
        <FateWord fate={fate} />
        {isWrong ? <Text size="xs">{say("reading.digits")}</Text> : null}
        {isAsked && opinion ? <Opinion opinion={opinion} unit={row.unit} /> : null}
        {isRefused ? <Text size="xs">{say("reading.refused")}</Text> : null}
        {!isRefused && isAsked && opinion && isDoubtful(opinion) ? (
          <Text size="xs">{say(opinion.action === "HOLD" ? "reading.again.held" : "reading.again")}</Text>
        ) : null}
        {problem ? (
          <Text size="xs" c="var(--mantine-color-error)">
            {[problemText(problem).title, ...problem.errors.map((one) => one.detail)].filter(Boolean).join(" ")}
          </Text>
        ) : null}
      </div>
    </Group>
  );
}

function FateWord({ fate }: { fate: Fate }) {
  const { say } = useSay();
  if (fate === null) return null;
  if (fate === "sending") return <Loader size={12} aria-label={say("reading.sending")} role="status" />;
  return (
    <Group gap={4} wrap="nowrap">
      {fate === "taken" ? <IconCheck size={14} aria-hidden /> : <IconClock size={14} aria-hidden />}
      <Text size="xs">{say(`reading.${fate}`)}</Text>
    </Group>
  );
}

function isDoubtful(opinion: ReadingCheckOut): boolean {
  return opinion.action === "HOLD" || (opinion.used !== null && isNegative(opinion.used) && !opinion.checks.includes("ROLLOVER"));
}

/** The next dial of the sheet, else what follows the sheet. */
function toNext(input: HTMLInputElement, step = 1) {
  const dials = [...document.querySelectorAll<HTMLInputElement>(".dial input, .after-dials")];
  dials[dials.indexOf(input) + step]?.focus();
}

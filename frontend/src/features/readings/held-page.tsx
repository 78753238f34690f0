import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { HeldReadingOut } from "@/api";
import { decideHeld, heldKey, heldList, opinionOn } from "@/features/readings/queries";
import { HeldPhoto } from "@/features/readings/held-photo";
import { Checks, Opinion } from "@/features/readings/reading-words";
import { useMay } from "@/lib/access";
import { dayBefore, formatDate } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { Day, Facts, Identifier, Moment, Quantity, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Key } from "@/ui/keys";
import { Page } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert, State } from "@/ui/states";
import { Word } from "@/ui/word";

type Decision = "accept" | "refuse";
interface Deciding {
  held: HeldReadingOut;
  decision: Decision;
}

const KEY_OF: Record<Decision, string> = { accept: "A", refuse: "R" };
const SUGGESTED: Record<Decision, TextKey> = { accept: "held.accept.reason", refuse: "held.refuse.reason" };
const idOf = (row: HeldReadingOut) => row.id;

/** Readings that somebody has to look at: j and k walk, a accepts, r refuses. */
export function HeldPage() {
  const { say } = useSay();
  const may = useMay();
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const decisions = (["accept", "refuse"] as const).filter((one) => may(`${one}HeldReading`));
  const choices = ["false", "true"].map((value) => ({ value, label: say(value === "true" ? "held.decided" : "held.waiting") }));
  const filters: Filter[] = [{ name: "is_decided", label: "held.state", kind: "choice", choices, fallback: "false" }];
  const start = (decision: Decision) => (held: HeldReadingOut) => {
    if (held.decided_at === null) setDeciding({ held, decision });
  };
  return (
    <Page title={say("place.held")}>
      <Text size="sm" c="dimmed">
        {say("held.how")}
      </Text>
      <ResourceTable
        name="held-readings"
        caption="place.held"
        address="/api/v1/held-readings"
        query={(search) => heldList({ query: search })}
        columns={[...COLUMNS, { name: "decide", title: "held.decide", show: (row) => <Decide row={row} decisions={decisions} start={start} /> }]}
        filters={filters}
        idOf={idOf}
        rowKeys={Object.fromEntries(decisions.map((one) => [KEY_OF[one], start(one)]))}
        empty={{ title: "held.empty.title", next: "held.empty.next" }}
      />
      {deciding ? <DecideDialog {...deciding} onClose={() => setDeciding(null)} /> : null}
    </Page>
  );
}

const COLUMNS: Column<HeldReadingOut>[] = [
  { name: "meter", title: "reading.meter", fields: ["meter_serial"], show: (row) => <Identifier value={row.meter_serial} /> },
  { name: "register", title: "reading.register", fields: ["register"], words: "register", show: (row) => <Word of="register" value={row.register} /> },
  { name: "date", title: "reading.date", fields: ["boundary_date"], show: (row) => <Day value={dayBefore(row.boundary_date)} />, isNumber: true },
  { name: "value", title: "reading.value", fields: ["value"], show: (row) => <Quantity value={row.value} />, isNumber: true },
  { name: "checks", title: "held.why", fields: ["checks"], words: "verdict", show: (row) => <Checks names={row.checks} /> },
  { name: "kind", title: "reading.kind", fields: ["kind"], words: "reading.kind", show: (row) => <Word of="reading.kind" value={row.kind} /> },
  { name: "recorded", title: "held.came", fields: ["recorded_at"], show: (row) => <Moment value={row.recorded_at} />, isNumber: true, isExtra: true },
];

interface DecideProps {
  row: HeldReadingOut;
  decisions: Decision[];
  start: (decision: Decision) => (held: HeldReadingOut) => void;
}

function Decide({ row, decisions, start }: DecideProps) {
  const { say } = useSay();
  if (row.decided_at !== null) {
    return (
      <>
        <State of="held" value={row.decision} /> {row.reason}
      </>
    );
  }
  return (
    <Group gap={6} wrap="nowrap">
      {decisions.map((one) => (
        <Button
          key={one}
          size="compact-xs"
          variant="default"
          rightSection={<Key name={KEY_OF[one]} />}
          onClick={() => start(one)(row)}
        >
          {say(`held.${one}`)}
        </Button>
      ))}
    </Group>
  );
}

/** The figures once more and a reason; Enter decides. */
function DecideDialog({ held, decision, onClose }: Deciding & { onClose: () => void }) {
  const { say } = useSay();
  const queries = useQueryClient();
  const form = useProblemForm({
    initial: { reason: say(SUGGESTED[decision]) },
    submit: ({ reason }) => decideHeld(decision, held.id, reason),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: heldKey() });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={say(`held.${decision}.title`)} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={form.submit} noValidate>
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <Figures held={held} />
          <TextInput {...form.field("reason")} label={say("held.reason")} maxLength={200} data-autofocus onFocus={(event) => event.currentTarget.select()} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy}>
              {say(`held.${decision}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Figures({ held }: { held: HeldReadingOut }) {
  const { say } = useSay();
  const may = useMay();
  const day = dayBefore(held.boundary_date);
  const asked = { meter_id: held.meter_id, register: held.register, read_date: day, value: held.value, kind: held.kind };
  const { data: opinion } = useQuery({ ...opinionOn(asked), enabled: may("checkReading") });
  const previous =
    opinion?.previous_value && opinion.previous_date ? (
      <>
        <Quantity value={opinion.previous_value} /> ({formatDate(dayBefore(opinion.previous_date))})
      </>
    ) : (
      <Unknown />
    );
  return (
    <Stack gap={6}>
      <Facts
        facts={[
          { label: say("reading.meter"), value: <Identifier value={held.meter_serial} /> },
          { label: say("reading.date"), value: <Day value={day} /> },
          { label: say("reading.value"), value: <Quantity value={held.value} unit={held.unit} /> },
          { label: say("round.previous"), value: previous },
        ]}
      />
      {opinion ? <Opinion opinion={opinion} unit={held.unit} /> : <Checks names={held.checks} />}
      <HeldPhoto heldId={held.id} />
    </Stack>
  );
}

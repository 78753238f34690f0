import { Stepper, Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { BillRunOut } from "@/api";
import { runDetail } from "@/features/bill-runs/queries";
import { CancelRun } from "@/features/bill-runs/cancel-run";
import { RunPrints } from "@/features/bill-runs/run-prints";
import { RunSteps } from "@/features/bill-runs/run-steps";
import { ControlSheet, Drafts, Parked } from "@/features/bill-runs/run-tabs";
import { useMay } from "@/lib/access";
import { dayBefore, formatPeriod } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { Day, Facts, Moment } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { State, useWord } from "@/ui/states";

const STEPS: { text: TextKey; about: TextKey }[] = [
  { text: "desk.calculate", about: "desk.calculate.about" },
  { text: "desk.review", about: "desk.review.about" },
  { text: "desk.approve", about: "desk.approve.about" },
  { text: "desk.issue", about: "desk.issue.about" },
];
const STEP_OF: Record<BillRunOut["state"], number> = {
  DRAFT: 0,
  CALCULATING: 0,
  CALCULATED: 1,
  REVIEWED: 3,
  ISSUING: 3,
  ISSUED: 4,
  CANCELLED: 0,
};
const MOVING: BillRunOut["state"][] = ["CALCULATING", "ISSUING"];
const AGAIN_MS = 2000;

/** Calculate, compare, review what was parked, approve, issue. */
export function RunPage() {
  const { say } = useSay();
  const word = useWord();
  const { id = "" } = useParams({ strict: false });
  const { data: run } = useSuspenseQuery({
    ...runDetail({ path: { id } }),
    refetchInterval: (query) => (query.state.data && MOVING.includes(query.state.data.state) ? AGAIN_MS : false),
  });
  return (
    <Page
      title={say("run.title", { period: formatPeriod(run.period_from, run.period_to) })}
      badge={<State of="run" value={run.state} />}
      actions={
        <>
          <CancelRun run={run} />
          <Neighbours name="bill-runs" id={id} base="/bill-runs" />
        </>
      }
    >
      <Panel>
        <Stepper active={STEP_OF[run.state]} size="xs" iconSize={28} mb="md">
          {STEPS.map(({ text, about }) => (
            <Stepper.Step key={text} label={say(text)} description={say(about)} allowStepSelect={false} />
          ))}
        </Stepper>
        <RunSteps run={run} />
      </Panel>
      <Panel>
        <Facts
          facts={[
            { label: say("run.kind"), value: word("run.kind", run.kind) },
            { label: say("bill.date"), value: <Day value={run.document_date} /> },
            { label: say("bill.due"), value: <Day value={run.due_date} /> },
            { label: say("run.known_until"), value: <Moment value={run.known_until} /> },
            { label: say("run.calculated"), value: <Moment value={run.calculated_at} /> },
            { label: say("run.approved"), value: <Moment value={run.approved_at} /> },
            { label: say("run.issued"), value: <Moment value={run.issued_at} /> },
          ]}
        />
      </Panel>
      {run.calculated_at ? <Findings run={run} /> : null}
    </Page>
  );
}

function Findings({ run }: { run: BillRunOut }) {
  const { say } = useSay();
  const may = useMay();
  const isPrintable = run.state === "ISSUED" && may("listBillPrints");
  return (
    <Tabs defaultValue={isPrintable ? "print" : "drafts"} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="drafts">{say("desk.drafts")}</Tabs.Tab>
        <Tabs.Tab value="parked">{say("desk.parked")}</Tabs.Tab>
        <Tabs.Tab value="sheet">{say("desk.sheet")}</Tabs.Tab>
        {isPrintable ? <Tabs.Tab value="print">{say("print.tab")}</Tabs.Tab> : null}
      </Tabs.List>
      <Tabs.Panel value="drafts">
        <Drafts runId={run.id} />
      </Tabs.Panel>
      <Tabs.Panel value="parked">
        <Parked runId={run.id} lastDay={dayBefore(run.period_to)} />
      </Tabs.Panel>
      <Tabs.Panel value="sheet">
        <ControlSheet runId={run.id} />
      </Tabs.Panel>
      {isPrintable ? (
        <Tabs.Panel value="print">
          <RunPrints run={run} />
        </Tabs.Panel>
      ) : null}
    </Tabs>
  );
}

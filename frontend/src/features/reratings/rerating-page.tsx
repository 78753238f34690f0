import { Stepper, Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { ReratingOut } from "@/api";
import { reratingDetail } from "@/features/reratings/queries";
import { ReratedAgreements, ReratedCalls } from "@/features/reratings/rerated-lists";
import { ReratingSteps } from "@/features/reratings/rerating-steps";
import { formatPeriod } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { Count, Facts, Moment } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { State } from "@/ui/states";

const STEPS: { text: TextKey; about: TextKey }[] = [
  { text: "rerating.rehearse", about: "rerating.rehearse.about" },
  { text: "rerating.look", about: "rerating.look.about" },
  { text: "rerating.apply", about: "rerating.apply.about" },
];
const STEP_OF: Record<ReratingOut["state"], number> = { REHEARSING: 0, REHEARSED: 1, APPLYING: 2, APPLIED: 3 };
const STANDINGS = ["changed", "unpriced", "left", "billed"] as const;
const AGAIN_MS = 2000;

/** Rehearse, look at what would change by agreement and call, apply. */
export function ReratingPage() {
  const { say } = useSay();
  const { id = "" } = useParams({ strict: false });
  const { data: rerating } = useSuspenseQuery({
    ...reratingDetail({ path: { id } }),
    refetchInterval: (query) => (query.state.data?.state.endsWith("ING") ? AGAIN_MS : false),
  });
  const isLookedAt = rerating.state !== "REHEARSING";
  return (
    <Page
      title={say("rerating.title", { period: formatPeriod(rerating.from_date, rerating.to_date) })}
      badge={<State of="rerating" value={rerating.state} />}
      actions={<Neighbours name="reratings" id={id} base="/reratings" />}
    >
      <Panel>
        <Stepper active={STEP_OF[rerating.state]} size="xs" iconSize={28} mb="md">
          {STEPS.map(({ text, about }) => (
            <Stepper.Step key={text} label={say(text)} description={say(about)} allowStepSelect={false} />
          ))}
        </Stepper>
        <ReratingSteps rerating={rerating} />
      </Panel>
      <Panel>
        <Facts
          facts={[
            { label: say("rerating.why"), value: rerating.why },
            { label: say("rerating.agreements"), value: <Count value={rerating.counts.agreements} /> },
            { label: say("rerating.calls"), value: <Count value={rerating.counts.calls} /> },
            ...STANDINGS.map((name) => ({
              label: say(`standing.${name.toUpperCase()}` as TextKey),
              value: <Count value={rerating.counts[name]} />,
            })),
            { label: say("rerating.rehearsed"), value: <Moment value={rerating.rehearsed_at} /> },
            { label: say("rerating.applied"), value: <Moment value={rerating.applied_at} /> },
          ]}
        />
      </Panel>
      {isLookedAt ? <Findings rerating={rerating} /> : null}
    </Page>
  );
}

function Findings({ rerating }: { rerating: ReratingOut }) {
  const { say } = useSay();
  const stage = `${rerating.id} ${rerating.state}`; // what is applied is told anew
  return (
    <Tabs key={stage} defaultValue="agreements" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="agreements">{say("rerating.by_agreement")}</Tabs.Tab>
        <Tabs.Tab value="calls">{say("rerating.by_call")}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="agreements">
        <ReratedAgreements reratingId={rerating.id} />
      </Tabs.Panel>
      <Tabs.Panel value="calls">
        <ReratedCalls reratingId={rerating.id} />
      </Tabs.Panel>
    </Tabs>
  );
}

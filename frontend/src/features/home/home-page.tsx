import { Group, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { latestJobs, latestRuns, usageRecords } from "@/features/home/queries";
import { meQuery, useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Count, Moment, Period } from "@/ui/figures";
import { Page, Panel } from "@/ui/page";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";

const SHOWN = 5;

/** What waits for somebody, and what has just happened. */
export function HomePage() {
  const { say } = useSay();
  const { data: me } = useQuery(meQuery);
  const may = useMay();
  return (
    <Page title={say("home.title", { name: me?.name ?? "" })}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {may("listBillRuns") ? <LatestRuns /> : null}
        {may("listUsageRecords") ? <Suspended /> : null}
        {may("listJobs") ? <LatestJobs /> : null}
      </SimpleGrid>
    </Page>
  );
}

function LatestRuns() {
  const { say } = useSay();
  const { data } = useQuery(latestRuns({ query: { page_size: SHOWN } }));
  return (
    <Panel title={say("home.runs")}>
      {data?.results.map((run) => (
        <Row key={run.id}>
          <To to={`/bill-runs/${run.id}`}>
            <Period from={run.period_from} end={run.period_to} />
          </To>
          <State of="run" value={run.state} />
        </Row>
      ))}
      {data?.count === 0 ? <Text c="dimmed">{say("runs.empty.next")}</Text> : null}
    </Panel>
  );
}

function Suspended() {
  const { say } = useSay();
  const { data } = useQuery(usageRecords({ query: { state: "SUSPENDED", page_size: 1 } }));
  return (
    <Panel title={say("home.suspended")}>
      <Text size="xl" fw={600}>
        {data ? <Count value={data.count} /> : null}
      </Text>
      {data?.count ? (
        <To to="/suspended">{say("home.suspended.next")}</To>
      ) : (
        <Text c="dimmed">{data ? say("suspended.empty.title") : ""}</Text>
      )}
    </Panel>
  );
}

function LatestJobs() {
  const { say } = useSay();
  const word = useWord();
  const { data } = useQuery(latestJobs({ query: { page_size: SHOWN } }));
  return (
    <Panel title={say("home.jobs")}>
      {data?.results.map((job) => (
        <Row key={job.id}>
          <Group gap="sm" wrap="nowrap">
            <Moment value={job.created_at} />
            <To to={`/jobs/${job.id}`}>{word("job.kind", job.kind)}</To>
          </Group>
          <State of="job.state" value={job.state} />
        </Row>
      ))}
    </Panel>
  );
}

function Row({ children }: { children: ReactNode }) {
  return (
    <div style={{ display: "flex", justifyContent: "space-between", gap: 12, padding: "4px 0" }}>{children}</div>
  );
}

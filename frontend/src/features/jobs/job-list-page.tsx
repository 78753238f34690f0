import type { JobOut } from "@/api";
import { jobList } from "@/features/jobs/queries";
import { useSay } from "@/lib/texts";
import { Count, Moment } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";

const STATES = ["PENDING", "RUNNING", "DONE", "FAILED", "CANCELLED"];

const COLUMNS: Column<JobOut>[] = [
  { name: "kind", title: "job.what", fields: ["kind"], words: "job.kind", show: (row) => <JobLink job={row} /> },
  { name: "state", title: "job.state", fields: ["state"], words: "job.state", show: (row) => <State of="job.state" value={row.state} /> },
  { name: "done", title: "job.done", fields: ["done"], show: (row) => <Count value={row.done} />, isNumber: true },
  { name: "created", title: "job.created", fields: ["created_at"], show: (row) => <Moment value={row.created_at} />, isNumber: true },
  { name: "finished", title: "job.finished", fields: ["finished_at"], show: (row) => <Moment value={row.finished_at} />, isNumber: true },
];

const idOf = (row: JobOut) => row.id;

export function JobListPage() {
  const { say } = useSay();
  const word = useWord();
  const filters: Filter[] = [
    {
      name: "state",
      label: "job.state",
      kind: "choice",
      choices: STATES.map((value) => ({ value, label: word("job.state", value) })),
    },
  ];
  return (
    <Page title={say("place.jobs")}>
      <ResourceTable
        name="jobs"
        caption="place.jobs"
        address="/api/v1/jobs"
        query={(search) => jobList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "jobs.empty.title", next: "jobs.empty.next" }}
      />
    </Page>
  );
}

function JobLink({ job }: { job: JobOut }) {
  const word = useWord();
  return <To to={`/jobs/${job.id}`}>{word("job.kind", job.kind)}</To>;
}

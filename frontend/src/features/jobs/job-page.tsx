import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { JobOut, JobRowErrorOut } from "@/api";
import { cancelJob, errorsOfJob, jobDetail } from "@/features/jobs/queries";
import { useMay } from "@/lib/access";
import { saveExport } from "@/lib/downloads";
import { useSay } from "@/lib/texts";
import { isFinished, useLiveJob } from "@/lib/watch-job";
import { Count, Facts, Identifier, Moment } from "@/ui/figures";
import { JobProgress } from "@/ui/job-progress";
import { Page, Panel } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert, useWord, Waiting } from "@/ui/states";
import { To } from "@/ui/to";

const ERRORS: Column<JobRowErrorOut>[] = [
  { name: "row", title: "row_error.row", show: (row) => <Count value={row.row_no} />, isNumber: true },
  { name: "field", title: "row_error.field", show: (row) => <Identifier value={row.field} /> },
  { name: "detail", title: "row_error.detail", show: (row) => row.detail },
  { name: "raw", title: "row_error.raw", show: (row) => <Identifier value={row.raw} /> },
];

const errorId = (row: JobRowErrorOut) => `${row.row_no} ${row.field} ${row.code}`;

export function JobPage() {
  const word = useWord();
  const { say } = useSay();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  const job = useLiveJob(id);
  if (!job) return <Waiting />;
  const counts = Object.entries(job.counts).map(([name, value]) => ({
    label: word("count", name),
    value: <Count value={value} />,
  }));
  return (
    <Page title={word("job.kind", job.kind)} actions={<Stop job={job} />}>
      <Panel>
        <JobProgress job={job} />
        <Outcome job={job} />
      </Panel>
      <Panel>
        <Facts
          facts={[
            { label: say("job.created"), value: <Moment value={job.created_at} /> },
            { label: say("job.finished"), value: <Moment value={job.finished_at} /> },
            ...counts,
          ]}
        />
      </Panel>
      {may("listJobErrors") && isFinished(job) ? (
        <ResourceTable
          name="job-errors"
          caption="job.errors"
          isInside
          query={(search) => errorsOfJob({ path: { id }, query: search })}
          columns={ERRORS}
          idOf={errorId}
          empty={{ title: "job_errors.empty.title", next: "job_errors.empty.next" }}
        />
      ) : null}
    </Page>
  );
}

/** Where to look at what the job made. */
function Outcome({ job }: { job: JobOut }) {
  const { say } = useSay();
  const batch = job.result["batch_id"];
  if (typeof batch === "string") return <To to={`/usage-batches/${batch}`}>{say("job.batch")}</To>;
  if (job.kind === "metering.import_readings" && job.counts["held"]) return <To to="/held-readings">{say("job.held")}</To>;
  if (job.kind === "identity.export_list" && job.state === "DONE") {
    return (
      <Button size="xs" mt="xs" variant="default" onClick={() => void saveExport(job)}>
        {say("export.save")}
      </Button>
    );
  }
  return null;
}

function Stop({ job }: { job: JobOut }) {
  const { say } = useSay();
  const may = useMay();
  const queries = useQueryClient();
  const stop = useMutation({
    ...cancelJob(),
    onSuccess: (told) => queries.setQueryData(jobDetail({ path: { id: job.id } }).queryKey, told),
  });
  if (isFinished(job) || !may("cancelJob")) return null;
  return (
    <>
      {stop.error ? <ProblemAlert error={stop.error} /> : null}
      <Button
        variant="default"
        size="xs"
        loading={stop.isPending}
        disabled={job.cancel_requested_at !== null}
        onClick={() => stop.mutate({ path: { id: job.id } })}
      >
        {say(job.cancel_requested_at ? "job.stopping" : "job.stop")}
      </Button>
    </>
  );
}

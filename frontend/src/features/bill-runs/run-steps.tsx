import { Alert, Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import type { BillRunOut, JobOut } from "@/api";
import { approveRun, calculateRun, issueRun } from "@/features/bill-runs/queries";
import { useMay } from "@/lib/access";
import { useIdempotencyKey } from "@/lib/idempotency";
import { useSay } from "@/lib/texts";
import { isFinished, useLiveJob } from "@/lib/watch-job";
import { JobProgress } from "@/ui/job-progress";
import { ProblemAlert } from "@/ui/states";
import { To } from "@/ui/to";

/** The next step of a run, and the job of the last one; its id stands in the address, so a reload finds it. */
export function RunSteps({ run }: { run: BillRunOut }) {
  const { say } = useSay();
  const may = useMay();
  const search: Record<string, string> = useSearch({ strict: false });
  const job = useLiveJob(search["job"]);
  const isWorking = job !== undefined && !isFinished(job);
  const { calculate, approve, issue, send } = useSteps(run, job);
  const error = calculate.error ?? approve.error ?? issue.error;
  const isBusy = isWorking || calculate.isPending || approve.isPending || issue.isPending;
  const isOpen = run.state === "DRAFT" || run.state === "CALCULATED" || run.state === "REVIEWED";
  const steps = [
    { name: "calculate", isNow: isOpen, needs: "calculateBillRun", by: calculate } as const,
    { name: "approve", isNow: run.state === "CALCULATED", needs: "approveBillRun", by: approve } as const,
    { name: "issue", isNow: run.state === "REVIEWED", needs: "issueBillRun", by: issue } as const,
  ].filter((step) => step.isNow && may(step.needs));
  return (
    <>
      {error ? <ProblemAlert error={error} /> : null}
      {job ? <JobProgress job={job} /> : null}
      {run.state === "ISSUED" ? (
        <Alert variant="outline" c="var(--mantine-color-text)" title={say("desk.finished")} mt="sm">
          <To to={`/bills?run_id=${run.id}`}>{say("desk.finished.next")}</To>
        </Alert>
      ) : null}
      <Group gap="xs" mt="sm">
        {steps.map(({ name, by }, place) => (
          <Button
            key={name}
            variant={place === steps.length - 1 ? "filled" : "default"}
            loading={by.isPending}
            disabled={isBusy}
            onClick={() => send(name)}
          >
            {say(name === "calculate" && run.calculated_at ? "desk.again" : `desk.${name}`)}
          </Button>
        ))}
      </Group>
    </>
  );
}

function useSteps(run: BillRunOut, job: JobOut | undefined) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { keyFor, spent } = useIdempotencyKey();
  const isOver = job !== undefined && isFinished(job);
  useEffect(() => {
    if (isOver) void queries.invalidateQueries();
  }, [isOver, queries]);
  const done = () => {
    spent();
    void queries.invalidateQueries();
  };
  const started = (told: JobOut) => {
    done();
    void navigate({ to: ".", search: { job: told.id }, replace: true });
  };
  const calculate = useMutation({ ...calculateRun(), onSuccess: started });
  const approve = useMutation({ ...approveRun(), onSuccess: done });
  const issue = useMutation({ ...issueRun(), onSuccess: started });
  function send(step: "calculate" | "approve" | "issue") {
    for (const one of [calculate, approve, issue]) one.reset();
    const headers = { "Idempotency-Key": keyFor([run.id, step, run.state, run.calculated_at]) };
    const told = { path: { id: run.id }, headers };
    if (step === "calculate") calculate.mutate(told);
    else if (step === "approve") approve.mutate(told);
    else issue.mutate(told);
  }
  return { calculate, approve, issue, send };
}

import { Alert, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import type { JobOut, ReratingOut } from "@/api";
import { applyRerating } from "@/features/reratings/queries";
import { useMay } from "@/lib/access";
import { useIdempotencyKey } from "@/lib/idempotency";
import { useSay } from "@/lib/texts";
import { isFinished, useLiveJob } from "@/lib/watch-job";
import { FormDialog } from "@/ui/form-dialog";
import { JobProgress } from "@/ui/job-progress";
import { To } from "@/ui/to";

/** What can be done now, and the job that is doing it; its id stands in the address, so a reload finds it. */
export function ReratingSteps({ rerating }: { rerating: ReratingOut }) {
  const { say } = useSay();
  const may = useMay();
  const search: Record<string, string> = useSearch({ strict: false });
  const queries = useQueryClient();
  const job = useLiveJob(search["job"]);
  const isOver = job !== undefined && isFinished(job);
  useEffect(() => {
    if (isOver) void queries.invalidateQueries();
  }, [isOver, queries]);
  const [isOpen, dialog] = useDisclosure();
  const isStopped = rerating.state === "APPLYING" && isOver && job.state !== "DONE";
  const isGivenUp = rerating.state === "REHEARSING" && isOver && job.state !== "DONE";
  const isReady = rerating.state === "REHEARSED" || isStopped;
  const differs = rerating.counts.changed + rerating.counts.unpriced > 0;
  return (
    <>
      {job ? <JobProgress job={job} /> : null}
      {rerating.state === "REHEARSED" && !differs ? <Text size="sm">{say("rerating.nothing")}</Text> : null}
      {isGivenUp ? <Text size="sm">{say("rerating.given_up")}</Text> : null}
      {rerating.state === "APPLIED" ? <Applied rerating={rerating} /> : null}
      {isReady && may("applyRerating") ? (
        <Group mt="sm">
          <Button onClick={dialog.open}>{say(isStopped ? "rerating.apply.again" : "rerating.apply")}</Button>
        </Group>
      ) : null}
      {isOpen ? <Apply rerating={rerating} onClose={dialog.close} /> : null}
    </>
  );
}

function Applied({ rerating }: { rerating: ReratingOut }) {
  const { say } = useSay();
  return (
    <Alert variant="outline" c="var(--mantine-color-text)" title={say("rerating.finished")} mt="sm">
      {rerating.counts.billed ? <Text size="sm">{say("rerating.finished.billed", { calls: rerating.counts.billed })}</Text> : null}
      <To to="/bill-runs">{say("rerating.finished.next")}</To>
    </Alert>
  );
}

/** The last look before calls get another price. */
function Apply({ rerating, onClose }: { rerating: ReratingOut; onClose: () => void }) {
  const { say } = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { keyFor, spent } = useIdempotencyKey();
  const apply = useMutation({
    ...applyRerating(),
    onSuccess: (told: JobOut) => {
      spent();
      void queries.invalidateQueries();
      void navigate({ to: ".", search: { job: told.id }, replace: true });
      onClose();
    },
  });
  const form = {
    isBusy: apply.isPending,
    problem: apply.error,
    submit: async (event?: { preventDefault: () => void }) => {
      event?.preventDefault();
      if (!apply.isPending) {
        apply.mutate({ path: { id: rerating.id }, headers: { "Idempotency-Key": keyFor([rerating.id, rerating.state]) } });
      }
    },
  };
  const { changed, unpriced, billed } = rerating.counts;
  return (
    <FormDialog title={say("rerating.apply")} submitLabel={say("rerating.apply")} form={form} onClose={onClose}>
      <Text size="sm">{say("rerating.apply.changed", { calls: changed })}</Text>
      {unpriced ? <Text size="sm">{say("rerating.apply.unpriced", { calls: unpriced })}</Text> : null}
      {billed ? <Text size="sm">{say("rerating.apply.billed", { calls: billed })}</Text> : null}
      <Text size="sm" c="dimmed">
        {say("rerating.apply.anew")}
      </Text>
    </FormDialog>
  );
}

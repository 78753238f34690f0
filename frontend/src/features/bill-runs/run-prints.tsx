import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { IconDownload, IconPrinter } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { BillPrintFileOut, BillPrintOut, BillRunOut } from "@/api";
import { PrintDialog } from "@/features/bill-runs/print-dialog";
import { filesOfPrint, printsOfRun, resumePrint, savePrintFile, stopJob } from "@/features/bill-runs/queries";
import { useMay } from "@/lib/access";
import { formatCount } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { isFinished, useLiveJob } from "@/lib/watch-job";
import { Count, Moment } from "@/ui/figures";
import { JobProgress } from "@/ui/job-progress";
import { Panel } from "@/ui/page";
import { Empty, ProblemAlert, State, useWord, Waiting } from "@/ui/states";

const BYTES_PER_MB = 1_000_000;
const MOVING = ["PENDING", "RUNNING"];
const AGAIN_MS = 3000;

/** The run's bills on paper: what was printed before, and another print. */
export function RunPrints({ run }: { run: BillRunOut }) {
  const { say } = useSay();
  const may = useMay();
  const [isAsking, setIsAsking] = useState(false);
  const { data, error, refetch } = useQuery({
    ...printsOfRun({ query: { run_id: run.id, page_size: 20 } }),
    refetchInterval: (query) => (query.state.data?.results.some((print) => MOVING.includes(print.job_state)) ? AGAIN_MS : false),
  });
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  return (
    <Stack gap="sm">
      {may("createBillPrint") ? (
        <Group>
          <Button leftSection={<IconPrinter size={16} />} onClick={() => setIsAsking(true)}>
            {say("print.all")}
          </Button>
        </Group>
      ) : null}
      {data.results.length === 0 ? <Empty title={say("print.empty.title")}>{say("print.empty.next")}</Empty> : null}
      {data.results.map((print) => (
        <Print key={print.id} print={print} />
      ))}
      {isAsking ? <PrintDialog run={run} onClose={() => setIsAsking(false)} /> : null}
    </Stack>
  );
}

function Print({ print }: { print: BillPrintOut }) {
  const { say } = useSay();
  const word = useWord();
  const queries = useQueryClient();
  const job = useLiveJob(print.job_id); // not told to whoever sees one branch only: the print's own state is
  const isOver = job ? isFinished(job) : !MOVING.includes(print.job_state);
  const isStopped = isOver && (job?.state ?? print.job_state) !== "DONE";
  useEffect(() => {
    if (isOver) void queries.invalidateQueries({ queryKey: filesOfPrint({ query: { print_id: print.id } }).queryKey });
  }, [isOver, queries, print.id]);
  const delivery = print.delivery === null ? say("print.every_delivery") : word("delivery", print.delivery);
  return (
    <Panel>
      <Stack gap="xs">
        <Group gap="md">
          <Moment value={print.created_at} />
          <Text size="sm">
            {[delivery, word("print.order", print.order), word("print.form", print.form)].join(" · ")}
          </Text>
        </Group>
        {job ? <JobProgress job={job} /> : <State of="job.state" value={print.job_state} />}
        <Steps print={print} isRunning={!isOver} isStopped={isStopped} />
        <Files printId={print.id} />
      </Stack>
    </Panel>
  );
}

function Steps({ print, isRunning, isStopped }: { print: BillPrintOut; isRunning: boolean; isStopped: boolean }) {
  const { say } = useSay();
  const may = useMay();
  const queries = useQueryClient();
  const again = () => void queries.invalidateQueries();
  const stop = useMutation({ ...stopJob(), onSuccess: again });
  const resume = useMutation({ mutationFn: () => resumePrint(print.id, `${print.id} ${print.job_id}`), onSuccess: again });
  const error = stop.error ?? resume.error;
  return (
    <>
      {error ? <ProblemAlert error={error} /> : null}
      <Group>
        {isRunning && may("cancelJob") ? (
          <Button variant="default" size="xs" loading={stop.isPending} onClick={() => stop.mutate({ path: { id: print.job_id } })}>
            {say("print.stop")}
          </Button>
        ) : null}
        {isStopped && may("resumeBillPrint") ? (
          <Button variant="default" size="xs" loading={resume.isPending} onClick={() => resume.mutate()}>
            {say("print.resume")}
          </Button>
        ) : null}
      </Group>
    </>
  );
}

function Files({ printId }: { printId: string }) {
  const { say } = useSay();
  const { data, error } = useQuery(filesOfPrint({ query: { print_id: printId, page_size: 200 } }));
  if (error) return <ProblemAlert error={error} />;
  if (!data?.results.length) return null;
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table aria-label={say("print.files")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say("print.file")}</Table.Th>
            <Table.Th>{say("print.numbers")}</Table.Th>
            <Table.Th ta="right">{say("print.bills")}</Table.Th>
            <Table.Th ta="right">{say("print.pages")}</Table.Th>
            <Table.Th ta="right">{say("print.size")}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.results.map((file) => (
            <File key={file.id} file={file} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function File({ file }: { file: BillPrintFileOut }) {
  const { say, language } = useSay();
  const may = useMay();
  const save = useMutation({ mutationFn: () => savePrintFile(file.id, file.name) });
  const size = Math.max(0.1, file.size_bytes / BYTES_PER_MB);
  return (
    <Table.Tr>
      <Table.Td>{file.name}</Table.Td>
      <Table.Td>{file.first_number === file.latest_number ? file.first_number : `${file.first_number} – ${file.latest_number}`}</Table.Td>
      <Table.Td ta="right">
        <Count value={file.bill_count} />
      </Table.Td>
      <Table.Td ta="right">
        <Count value={file.page_count} />
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatCount(Math.round(size * 10) / 10, language)}
      </Table.Td>
      <Table.Td ta="right">
        {save.error ? <ProblemAlert error={save.error} /> : null}
        {may("downloadBillPrintFile") ? (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} />}
            loading={save.isPending}
            aria-label={say("print.download_file", { name: file.name })}
            onClick={() => save.mutate()}
          >
            {say("print.download")}
          </Button>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}

import { ActionIcon, Anchor, Group, Menu, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { downloadList, type ExportIn } from "@/api";
import { useMay } from "@/lib/access";
import { saveExport } from "@/lib/downloads";
import { useIdempotencyKey } from "@/lib/idempotency";
import { asProblem } from "@/lib/problem";
import { useSay } from "@/lib/texts";
import { isFinished, useLiveJob } from "@/lib/watch-job";
import { useProblemText } from "@/ui/states";

const FORMATS = ["XLSX", "CSV"] as const;

interface ExportMenuProps {
  /** Of the list, with exactly the filters that are shown. */
  address: string;
  name: string;
  columns: ExportIn["columns"];
}

/** The filtered list as a file: a job writes it, the browser saves it; it waits under Jobs when somebody leaves. */
export function ExportMenu({ address, name, columns }: ExportMenuProps) {
  const { say } = useSay();
  const may = useMay();
  const problemText = useProblemText();
  const { keyFor, spent } = useIdempotencyKey();
  const [jobId, setJobId] = useState<string>();
  const saved = useRef<string | undefined>(undefined);
  const job = useLiveJob(jobId);
  const start = useMutation({
    mutationFn: async (format: ExportIn["format"]) => {
      const body = { address, name, format, columns };
      const headers = { "Idempotency-Key": keyFor(body) };
      return (await downloadList({ body, headers, throwOnError: true })).data;
    },
    onSuccess: (told) => {
      spent();
      setJobId(told.id);
    },
  });
  const isDone = job?.state === "DONE";
  useEffect(() => {
    if (!isDone || !job || saved.current === job.id) return;
    saved.current = job.id;
    void saveExport(job);
  }, [isDone, job]);
  if (!may("downloadList")) return null;
  const isBusy = start.isPending || (job !== undefined && !isFinished(job));
  return (
    <Group gap={6}>
      {start.error ? (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {problemText(asProblem(start.error)).title}
        </Text>
      ) : null}
      {job ? (
        <Text size="xs" role="status">
          {isDone ? (
            <Anchor component="button" type="button" size="xs" onClick={() => void saveExport(job)}>
              {say("export.again", { rows: job.done })}
            </Anchor>
          ) : (
            say(isFinished(job) ? "export.failed" : "export.running", { rows: job.done })
          )}
        </Text>
      ) : null}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={28} aria-label={say("export.title")} loading={isBusy}>
            <IconDownload size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {FORMATS.map((format) => (
            <Menu.Item key={format} onClick={() => start.mutate(format)}>
              {say(`export.${format}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

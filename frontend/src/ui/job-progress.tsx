import { Group, Progress, Stack, Text } from "@mantine/core";

import type { JobOut } from "@/api";
import { formatCount } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { isFinished } from "@/lib/watch-job";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";

/** Where a long job stands; the page may be left and comes back to it. */
export function JobProgress({ job }: { job: JobOut }) {
  const { say, language } = useSay();
  const word = useWord();
  const share = job.total ? Math.min(100, (100 * job.done) / job.total) : 0;
  const name = word("job.kind", job.kind);
  return (
    <Stack gap={4} aria-live="polite">
      <Group gap="xs">
        <To to={`/jobs/${job.id}`}>{name}</To>
        <State of="job.state" value={job.state} />
        {job.total === null ? null : (
          <Text size="xs" c="dimmed" className="number">
            {say("job.done_of", { done: formatCount(job.done, language), total: formatCount(job.total, language) })}
          </Text>
        )}
      </Group>
      {isFinished(job) ? null : (
        <>
          <Progress.Root size="md">
            <Progress.Section value={share} aria-label={name} />
          </Progress.Root>
          <Text size="xs" c="dimmed">
            {say("job.may_leave")}
          </Text>
        </>
      )}
      {job.failure ? <Text size="sm">{job.failure}</Text> : null}
    </Stack>
  );
}

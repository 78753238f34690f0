import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import type { UsageRecordOut } from "@/api";
import { recordList, releaseSuspended } from "@/features/usage/queries";
import { useMay } from "@/lib/access";
import { useIdempotencyKey } from "@/lib/idempotency";
import { useSay } from "@/lib/texts";
import { Day, Identifier, Quantity } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert } from "@/ui/states";
import { Word } from "@/ui/word";

const FILTERS: Filter[] = [
  { name: "from_date", label: "filter.from", kind: "date" },
  { name: "to_date", label: "filter.to", kind: "date" },
];

const COLUMNS: Column<UsageRecordOut>[] = [
  { name: "date", title: "record.date", fields: ["usage_date"], show: (row) => <Day value={row.usage_date} />, isNumber: true },
  { name: "reason", title: "record.reason", fields: ["reason"], words: "reason", show: (row) => <Word of="reason" value={row.reason} /> },
  { name: "caller", title: "record.caller", fields: ["caller"], show: (row) => <Identifier value={row.caller} /> },
  { name: "called", title: "record.called", fields: ["called"], show: (row) => <Identifier value={row.called} /> },
  { name: "quantity", title: "line.quantity", fields: ["quantity"], show: (row) => <Quantity value={row.quantity} />, isNumber: true },
  { name: "release", title: "record.release", show: (row) => <Release record={row} /> },
  { name: "raw", title: "row_error.raw", fields: ["raw"], show: (row) => <Identifier value={row.raw} />, isExtra: true },
];

const idOf = (row: UsageRecordOut) => `${row.batch_id} ${row.record_no}`;

export function SuspendedPage() {
  const { say } = useSay();
  return (
    <Page title={say("place.suspended")}>
      <ResourceTable
        name="suspended"
        caption="place.suspended"
        address="/api/v1/usage-records"
        query={(search) => recordList({ query: { ...search, state: "SUSPENDED" } })}
        columns={COLUMNS}
        filters={FILTERS}
        idOf={idOf}
        empty={{ title: "suspended.empty.title", next: "suspended.empty.next" }}
      />
    </Page>
  );
}

/** Tries every record of the same source and reason again: what was missing may be there now. */
function Release({ record }: { record: UsageRecordOut }) {
  const { say } = useSay();
  const may = useMay();
  const navigate = useNavigate();
  const { keyFor } = useIdempotencyKey();
  const body = { source_id: record.source_id, reason: record.reason };
  const release = useMutation({
    ...releaseSuspended(),
    onSuccess: (job) => void navigate({ to: `/jobs/${job.id}` }),
  });
  if (!may("updateSuspendedUsage")) return null;
  if (release.error) return <ProblemAlert error={release.error} />;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={release.isPending}
      onClick={() => release.mutate({ body, headers: { "Idempotency-Key": keyFor(body) } })}
    >
      {say("record.release.all")}
    </Button>
  );
}

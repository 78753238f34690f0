import type { UsageBatchOut } from "@/api";
import { batchList } from "@/features/usage/queries";
import { useSay } from "@/lib/texts";
import { Count, Identifier, Moment } from "@/ui/figures";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State } from "@/ui/states";

const COLUMNS: Column<UsageBatchOut>[] = [
  { name: "name", title: "batch.name", show: (row) => row.name },
  { name: "state", title: "batch.state", show: (row) => <State of="batch" value={row.state} /> },
  { name: "records", title: "batch.records", show: (row) => <Count value={row.record_count} />, isNumber: true },
  { name: "added", title: "batch.added", show: (row) => <Count value={row.added_count} />, isNumber: true },
  { name: "errors", title: "batch.errors", show: (row) => <Count value={row.error_count} />, isNumber: true },
  { name: "received", title: "batch.received", show: (row) => <Moment value={row.received_at} />, isNumber: true },
  { name: "sha256", title: "batch.sha256", show: (row) => <Identifier value={row.sha256} />, isExtra: true },
];

const idOf = (row: UsageBatchOut) => row.id;

export function BatchListPage() {
  const { say } = useSay();
  return (
    <Page title={say("batches.title")}>
      <ResourceTable
        name="usage-batches"
        caption="batches.title"
        query={(search) => batchList({ query: search })}
        columns={COLUMNS}
        idOf={idOf}
        empty={{ title: "batches.empty.title", next: "batches.empty.next" }}
      />
    </Page>
  );
}

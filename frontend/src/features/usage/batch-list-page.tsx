import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import type { UsageBatchOut } from "@/api";
import { batchList, sendUsage, sources } from "@/features/usage/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Count, Identifier, Moment } from "@/ui/figures";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { UploadDialog } from "@/ui/upload-dialog";

const COLUMNS: Column<UsageBatchOut>[] = [
  { name: "name", title: "batch.name", fields: ["name"], show: (row) => <To to={`/usage-batches/${row.id}`}>{row.name}</To> },
  { name: "state", title: "batch.state", fields: ["state"], words: "batch", show: (row) => <State of="batch" value={row.state} /> },
  { name: "records", title: "batch.records", fields: ["record_count"], show: (row) => <Count value={row.record_count} />, isNumber: true },
  { name: "added", title: "batch.added", fields: ["added_count"], show: (row) => <Count value={row.added_count} />, isNumber: true },
  { name: "errors", title: "batch.errors", fields: ["error_count"], show: (row) => <Count value={row.error_count} />, isNumber: true },
  { name: "received", title: "batch.received", fields: ["received_at"], show: (row) => <Moment value={row.received_at} />, isNumber: true },
  { name: "sha256", title: "batch.sha256", fields: ["sha256"], show: (row) => <Identifier value={row.sha256} />, isExtra: true },
];

const idOf = (row: UsageBatchOut) => row.id;

export function BatchListPage() {
  const { say } = useSay();
  const may = useMay();
  const [isOpen, dialog] = useDisclosure();
  const upload = <NewButton label={say("batches.upload")} onClick={dialog.open} />;
  return (
    <Page title={say("batches.title")} actions={may("loadUsage") ? upload : null}>
      <ResourceTable
        name="usage-batches"
        caption="batches.title"
        address="/api/v1/usage-batches"
        query={(search) => batchList({ query: search })}
        columns={COLUMNS}
        idOf={idOf}
        empty={{ title: "batches.empty.title", next: "batches.empty.next" }}
      />
      {isOpen ? <LoadUsage onClose={dialog.close} /> : null}
    </Page>
  );
}

function LoadUsage({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const { data } = useQuery(sources({ query: { page_size: 200 } }));
  if (!data) return null;
  const known = data.results.map(({ id, code, kind }) => ({ value: id, label: `${code} · ${word("usage", kind)}` }));
  return (
    <UploadDialog
      title={say("batches.upload")}
      choices={[{ name: "source_id", label: say("batches.source"), data: known }]}
      send={(values, file, _isTrial, key) => sendUsage(values["source_id"] ?? "", file, key)}
      onClose={onClose}
    />
  );
}

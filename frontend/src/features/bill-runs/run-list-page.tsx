import { useDisclosure } from "@mantine/hooks";

import type { BillRunOut } from "@/api";
import { NewRunDialog } from "@/features/bill-runs/new-run-dialog";
import { runList } from "@/features/bill-runs/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Day, Moment, Period } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const STATES = ["DRAFT", "CALCULATING", "CALCULATED", "REVIEWED", "ISSUING", "ISSUED", "CANCELLED"];

const COLUMNS: Column<BillRunOut>[] = [
  {
    name: "period",
    title: "bill.period", fields: ["period_from", "period_to"],
    show: (row) => (
      <To to={`/bill-runs/${row.id}`}>
        <Period from={row.period_from} end={row.period_to} />
      </To>
    ),
  },
  { name: "kind", title: "run.kind", fields: ["kind"], words: "run.kind", show: (row) => <Word of="run.kind" value={row.kind} /> },
  { name: "state", title: "run.state", fields: ["state"], words: "run", show: (row) => <State of="run" value={row.state} /> },
  { name: "date", title: "bill.date", fields: ["document_date"], show: (row) => <Day value={row.document_date} />, isNumber: true },
  { name: "due", title: "bill.due", fields: ["due_date"], show: (row) => <Day value={row.due_date} />, isNumber: true },
  { name: "created", title: "job.created", fields: ["created_at"], show: (row) => <Moment value={row.created_at} />, isNumber: true },
  { name: "issued", title: "run.issued", fields: ["issued_at"], show: (row) => <Moment value={row.issued_at} />, isNumber: true },
];

const idOf = (row: BillRunOut) => row.id;

export function RunListPage() {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const [isOpen, dialog] = useDisclosure();
  const choices = STATES.map((value) => ({ value, label: word("run", value) }));
  const filters: Filter[] = [{ name: "state", label: "run.state", kind: "choice", choices }];
  const create = <NewButton label={say("run.new")} onClick={dialog.open} />;
  return (
    <Page title={say("place.runs")} actions={may("createBillRun") ? create : null}>
      <ResourceTable
        name="bill-runs"
        caption="place.runs"
        address="/api/v1/bill-runs"
        query={(search) => runList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "runs.empty.title", next: "runs.empty.next" }}
      />
      {isOpen ? <NewRunDialog onClose={dialog.close} /> : null}
    </Page>
  );
}

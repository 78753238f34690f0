import type { BillOut } from "@/api";
import { billList } from "@/features/bills/queries";
import { useSay } from "@/lib/texts";
import { Day, Money, Period } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { To } from "@/ui/to";

const FILTERS: Filter[] = [
  { name: "run_id", label: "bill.run.only", kind: "link" },
  { name: "number", label: "bill.number", kind: "text" },
  { name: "document_date_from", label: "filter.from", kind: "date" },
  { name: "document_date_before", label: "filter.before", kind: "date" },
];

const COLUMNS: Column<BillOut>[] = [
  { name: "number", title: "bill.number", fields: ["number"], show: (row) => <To to={`/bills/${row.id}`}>{row.number}</To> },
  {
    name: "account",
    title: "account.number", fields: ["account_number"],
    show: (row) => <To to={`/accounts/${row.account_id}`}>{row.account_number}</To>,
  },
  { name: "period", title: "bill.period", fields: ["period_from", "period_to"], show: (row) => <Period from={row.period_from} end={row.period_to} /> },
  { name: "date", title: "bill.date", fields: ["document_date"], show: (row) => <Day value={row.document_date} />, isNumber: true },
  { name: "due", title: "bill.due", fields: ["due_date"], show: (row) => <Day value={row.due_date} />, isNumber: true },
  { name: "net", title: "bill.net", fields: ["net"], show: (row) => <Money value={row.net} />, isNumber: true, isExtra: true },
  { name: "tax", title: "bill.tax", fields: ["tax"], show: (row) => <Money value={row.tax} />, isNumber: true, isExtra: true },
  {
    name: "gross",
    title: "bill.gross", fields: ["gross"],
    show: (row) => <Money value={row.gross} currency={row.currency} />,
    isNumber: true,
  },
];

const idOf = (row: BillOut) => row.id;

export function BillListPage() {
  const { say } = useSay();
  return (
    <Page title={say("place.bills")}>
      <ResourceTable
        name="bills"
        caption="place.bills"
        address="/api/v1/bills"
        query={(search) => billList({ query: search })}
        columns={COLUMNS}
        filters={FILTERS}
        idOf={idOf}
        empty={{ title: "bills.empty.title", next: "bills.empty.next" }}
      />
    </Page>
  );
}

import type { ReceiptOut } from "@/api";
import { receiptList } from "@/features/receipts/queries";
import { useSay } from "@/lib/texts";
import { Booked } from "@/ui/booked";
import { Day, Identifier, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const CHANNELS = ["CASH", "BANK", "PARTNER"];

const COLUMNS: Column<ReceiptOut>[] = [
  { name: "number", title: "receipt.number", fields: ["number"], show: (row) => <Identifier value={row.number} /> },
  {
    name: "account",
    title: "account.number",
    fields: ["account_number"],
    show: (row) => <To to={`/accounts/${row.account_id}`}>{row.account_number}</To>,
  },
  { name: "payer", title: "receipt.payer", fields: ["payer"], show: (row) => row.payer || <Unknown /> },
  { name: "channel", title: "receipt.channel", fields: ["channel"], words: "channel", show: (row) => <Word of="channel" value={row.channel} /> },
  { name: "purpose", title: "receipt.purpose", fields: ["purpose"], show: (row) => row.purpose },
  { name: "date", title: "receipt.date", fields: ["value_date"], show: (row) => <Day value={row.value_date} />, isNumber: true },
  {
    name: "amount",
    title: "receipt.amount",
    fields: ["amount"],
    show: (row) => <Booked source={row.id} value={row.amount} currency={row.currency} />,
    isNumber: true,
  },
];

const idOf = (row: ReceiptOut) => row.id;

export function ReceiptListPage() {
  const { say } = useSay();
  const word = useWord();
  const filters: Filter[] = [
    {
      name: "channel",
      label: "receipt.channel",
      kind: "choice",
      choices: CHANNELS.map((value) => ({ value, label: word("channel", value) })),
    },
    { name: "value_date_from", label: "filter.from", kind: "date" },
    { name: "value_date_before", label: "filter.before", kind: "date" },
  ];
  return (
    <Page title={say("place.receipts")}>
      <ResourceTable
        name="receipts"
        caption="place.receipts"
        address="/api/v1/receipts"
        query={(search) => receiptList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "receipts.empty.title", next: "receipts.empty.next" }}
      />
    </Page>
  );
}

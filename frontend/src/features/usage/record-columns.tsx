import { Text } from "@mantine/core";

import type { UsageRecordOut } from "@/api";
import { Day, Identifier, Price, Quantity, Unknown } from "@/ui/figures";
import type { Column } from "@/ui/resource-table";
import { State } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

export const recordId = (row: UsageRecordOut) => `${row.batch_id} ${row.record_no}`;

export const RECORD_COLUMNS: Column<UsageRecordOut>[] = [
  { name: "date", title: "record.date", fields: ["usage_date"], show: (row) => <Day value={row.usage_date} />, isNumber: true },
  { name: "state", title: "record.state", fields: ["state"], show: (row) => <RecordState row={row} /> },
  { name: "caller", title: "record.caller", fields: ["caller"], show: (row) => <Identifier value={row.caller} /> },
  { name: "called", title: "record.called", fields: ["called"], show: (row) => <Identifier value={row.called || row.item} /> },
  { name: "quantity", title: "line.quantity", fields: ["quantity"], show: (row) => <Quantity value={row.quantity} />, isNumber: true },
  { name: "amount", title: "record.amount", fields: ["amount"], show: (row) => (row.amount === null ? <Unknown /> : <Price value={row.amount} />), isNumber: true },
  { name: "agreement", title: "record.agreement", show: (row) => <AgreementLink id={row.agreement_id} /> },
  { name: "raw", title: "row_error.raw", fields: ["raw"], show: (row) => <Identifier value={row.raw} />, isExtra: true },
];

function RecordState({ row }: { row: UsageRecordOut }) {
  return (
    <>
      <State of="record.state" value={row.state} />
      {row.reason ? (
        <Text size="xs" c="dimmed">
          <Word of="reason" value={row.reason} />
        </Text>
      ) : null}
    </>
  );
}

function AgreementLink({ id }: { id: string | null }) {
  return id ? (
    <To to={`/agreements/${id}`}>
      <Word of="action" value="open_agreement" />
    </To>
  ) : (
    <Unknown />
  );
}

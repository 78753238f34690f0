import { Text } from "@mantine/core";

import type { ReratedAgreementOut, ReratedCallOut } from "@/api";
import { agreementsOfRerating, callsOfRerating } from "@/features/reratings/queries";
import { isNegative } from "@/lib/amounts";
import { Count, Day, Quantity, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const STANDINGS: ReratedCallOut["standing"][] = ["CHANGED", "UNPRICED", "LEFT", "BILLED"];

/** An amount of calls: not rounded, because a bill rounds their sum. */
function Exact({ value }: { value: string | null }) {
  if (value === null) return <Unknown />;
  return isNegative(value) ? (
    <span className="negative">
      <Quantity value={value} />
    </span>
  ) : (
    <Quantity value={value} />
  );
}

function AgreementLink({ row }: { row: { agreement_id: string | null; agreement_number: string | null } }) {
  return row.agreement_id ? <To to={`/agreements/${row.agreement_id}`}>{row.agreement_number}</To> : <Unknown />;
}

const AGREEMENTS: Column<ReratedAgreementOut>[] = [
  { name: "agreement", title: "agreement.number", fields: ["agreement_number"], show: (row) => <AgreementLink row={row} /> },
  { name: "changed", title: "standing.CHANGED", fields: ["changed"], show: (row) => <Count value={row.changed} />, isNumber: true },
  { name: "was", title: "rerating.was", fields: ["was"], show: (row) => <Exact value={row.was} />, isNumber: true },
  { name: "now", title: "rerating.now", fields: ["now"], show: (row) => <Exact value={row.now} />, isNumber: true },
  { name: "difference", title: "draft.difference", fields: ["difference"], show: (row) => <Exact value={row.difference} />, isNumber: true },
  { name: "unpriced", title: "standing.UNPRICED", fields: ["unpriced"], show: (row) => <Count value={row.unpriced} />, isNumber: true },
  { name: "left", title: "standing.LEFT", fields: ["left"], show: (row) => <Count value={row.left} />, isNumber: true },
  { name: "billed", title: "standing.BILLED", fields: ["billed"], show: (row) => <Count value={row.billed} />, isNumber: true },
  {
    name: "billed_difference",
    title: "rerating.billed_difference", fields: ["billed_difference"],
    show: (row) => <Exact value={row.billed_difference} />,
    isNumber: true,
  },
];

const agreementId = (row: ReratedAgreementOut) => row.agreement_id ?? "";

export function ReratedAgreements({ reratingId }: { reratingId: string }) {
  return (
    <ResourceTable
      name="rerated-agreements"
      caption="rerating.by_agreement"
      address="/api/v1/reratings/{id}/agreements"
      isInside
      query={(search) => agreementsOfRerating({ path: { id: reratingId }, query: search })}
      columns={AGREEMENTS}
      idOf={agreementId}
      empty={{ title: "rerated.empty.title", next: "rerated.empty.next" }}
    />
  );
}

function Destination({ row }: { row: ReratedCallOut }) {
  return row.destination && row.destination !== row.destination_was ? `${row.destination_was} → ${row.destination}` : row.destination_was;
}

function Standing({ row }: { row: ReratedCallOut }) {
  return (
    <>
      <State of="standing" value={row.standing} />
      {row.reason ? (
        <Text size="xs" c="dimmed">
          <Word of="reason" value={row.reason} />
        </Text>
      ) : null}
    </>
  );
}

const CALLS: Column<ReratedCallOut>[] = [
  { name: "agreement", title: "agreement.number", fields: ["agreement_number"], show: (row) => <AgreementLink row={row} /> },
  { name: "date", title: "record.date", fields: ["usage_date"], show: (row) => <Day value={row.usage_date} />, isNumber: true },
  { name: "standing", title: "record.state", fields: ["standing"], words: "standing", show: (row) => <Standing row={row} /> },
  { name: "destination", title: "rerating.destination", fields: ["destination_was"], show: (row) => <Destination row={row} /> },
  { name: "seconds", title: "rerating.seconds", fields: ["billed_s"], show: (row) => <Count value={row.billed_s} />, isNumber: true },
  {
    name: "covered",
    title: "rerating.covered", fields: ["covered_s"],
    show: (row) => (row.covered_s === null ? <Unknown /> : <Count value={row.covered_s} />),
    isNumber: true, isExtra: true,
  },
  { name: "was", title: "rerating.was", fields: ["was"], show: (row) => <Exact value={row.was} />, isNumber: true },
  { name: "now", title: "rerating.now", fields: ["now"], show: (row) => <Exact value={row.now} />, isNumber: true },
  { name: "difference", title: "draft.difference", fields: ["difference"], show: (row) => <Exact value={row.difference} />, isNumber: true },
  { name: "bill", title: "rerating.bill", show: (row) => <BillLink id={row.bill_id} /> },
];

function BillLink({ id }: { id: string | null }) {
  const word = useWord();
  return id ? <To to={`/bills/${id}`}>{word("rerating", "open_bill")}</To> : null;
}

const callId = (row: ReratedCallOut) => `${row.batch_id} ${row.record_no}`;

export function ReratedCalls({ reratingId }: { reratingId: string }) {
  const word = useWord();
  const choices = STANDINGS.map((value) => ({ value, label: word("standing", value) }));
  const filters: Filter[] = [
    { name: "standing", label: "record.state", kind: "choice", choices },
    { name: "agreement_number", label: "agreement.number", kind: "text" },
  ];
  return (
    <ResourceTable
      name="rerated-calls"
      caption="rerating.by_call"
      address="/api/v1/reratings/{id}/calls"
      isInside
      query={(search) => callsOfRerating({ path: { id: reratingId }, query: search })}
      columns={CALLS}
      filters={filters}
      idOf={callId}
      empty={{ title: "rerated.empty.title", next: "rerated.empty.next" }}
    />
  );
}

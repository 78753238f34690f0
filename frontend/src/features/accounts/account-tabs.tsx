import type { AgreementOut, BillOut, OpenItemOut, ReadingOut, ReceiptOut } from "@/api";
import {
  agreementsOfAccount,
  billsOfAccount,
  openItemsOfAccount,
  readingsOfAccount,
  receiptsOfAccount,
} from "@/features/accounts/queries";
import { dayBefore } from "@/lib/dates";
import { PlanName, ServiceName } from "@/ui/catalog-names";
import { Day, Identifier, Money, Period, Quantity } from "@/ui/figures";
import { Booked } from "@/ui/booked";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const idOf = (row: { id: string }) => row.id;

const BILLS: Column<BillOut>[] = [
  { name: "number", title: "bill.number", show: (row) => <To to={`/bills/${row.id}`}>{row.number}</To> },
  { name: "period", title: "bill.period", show: (row) => <Period from={row.period_from} end={row.period_to} /> },
  { name: "due", title: "bill.due", show: (row) => <Day value={row.due_date} />, isNumber: true },
  { name: "gross", title: "bill.gross", show: (row) => <Money value={row.gross} currency={row.currency} />, isNumber: true },
];

export function BillsTab({ accountId }: { accountId: string }) {
  return (
    <ResourceTable
      name="account-bills"
      caption="place.bills"
      isInside
      query={(search) => billsOfAccount({ query: { ...search, account_id: accountId } })}
      columns={BILLS}
      idOf={idOf}
      empty={{ title: "bills.empty.title", next: "bills.empty.next" }}
    />
  );
}

const RECEIPTS: Column<ReceiptOut>[] = [
  { name: "number", title: "receipt.number", show: (row) => <Identifier value={row.number} /> },
  { name: "date", title: "receipt.date", show: (row) => <Day value={row.value_date} />, isNumber: true },
  { name: "channel", title: "receipt.channel", show: (row) => <Word of="channel" value={row.channel} /> },
  { name: "purpose", title: "receipt.purpose", show: (row) => row.purpose },
  { name: "amount", title: "receipt.amount", show: (row) => <Booked source={row.id} value={row.amount} currency={row.currency} />, isNumber: true },
];

export function ReceiptsTab({ accountId }: { accountId: string }) {
  return (
    <ResourceTable
      name="account-receipts"
      caption="place.receipts"
      isInside
      query={(search) => receiptsOfAccount({ query: { ...search, account_id: accountId } })}
      columns={RECEIPTS}
      idOf={idOf}
      empty={{ title: "receipts.empty.title", next: "receipts.empty.next" }}
    />
  );
}

const OPEN_ITEMS: Column<OpenItemOut>[] = [
  { name: "kind", title: "open_item.kind", show: (row) => <Word of="debt" value={row.debt_kind} /> },
  { name: "due", title: "bill.due", show: (row) => <Day value={row.due_date} />, isNumber: true },
  { name: "bill", title: "open_item.bill", show: (row) => <BillLink id={row.bill_id} /> },
  { name: "balance", title: "open_item.balance", show: (row) => <Money value={row.balance} currency={row.currency} />, isNumber: true },
];

export function OpenItemsTab({ accountId }: { accountId: string }) {
  return (
    <ResourceTable
      name="account-open-items"
      caption="account.open_items"
      isInside
      query={(search) => openItemsOfAccount({ query: { ...search, open_of_account: accountId } })}
      columns={OPEN_ITEMS}
      idOf={idOf}
      empty={{ title: "open_items.empty.title", next: "open_items.empty.next" }}
    />
  );
}

const AGREEMENTS: Column<AgreementOut>[] = [
  { name: "number", title: "agreement.number", show: (row) => <To to={`/agreements/${row.id}`}>{row.number}</To> },
  { name: "service", title: "agreement.service", show: (row) => <ServiceName code={row.service_code} /> },
  { name: "point", title: "agreement.point", show: (row) => row.service_point_code },
  { name: "plan", title: "agreement.plan", show: (row) => <PlanName code={row.assignments.at(-1)?.plan_code ?? ""} /> },
];

export function AgreementsTab({ accountId }: { accountId: string }) {
  return (
    <ResourceTable
      name="account-agreements"
      caption="place.agreements"
      isInside
      query={(search) => agreementsOfAccount({ query: { ...search, account_id: accountId } })}
      columns={AGREEMENTS}
      idOf={idOf}
      empty={{ title: "agreements.empty.title", next: "agreements.empty.next" }}
    />
  );
}

const READINGS: Column<ReadingOut>[] = [
  { name: "meter", title: "reading.meter", show: (row) => <Identifier value={row.meter_serial} /> },
  { name: "register", title: "reading.register", show: (row) => <Word of="register" value={row.register} /> },
  { name: "date", title: "reading.date", show: (row) => <Day value={dayBefore(row.boundary_date)} />, isNumber: true },
  { name: "value", title: "reading.value", show: (row) => <Quantity value={row.value} />, isNumber: true },
  { name: "kind", title: "reading.kind", show: (row) => <Word of="reading.kind" value={row.kind} /> },
];

export function ReadingsTab({ accountId }: { accountId: string }) {
  return (
    <ResourceTable
      name="account-readings"
      caption="place.readings"
      isInside
      query={(search) => readingsOfAccount({ query: { ...search, account_id: accountId, is_superseded: false } })}
      columns={READINGS}
      idOf={idOf}
      empty={{ title: "readings.empty.title", next: "readings.empty.next" }}
    />
  );
}

function BillLink({ id }: { id: string | null }) {
  const word = useWord();
  return id ? <To to={`/bills/${id}`}>{word("action", "open_bill")}</To> : <Day value={null} />;
}

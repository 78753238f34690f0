import { Alert, Table } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { BillOut } from "@/api";
import { accountBalance, accountStatement, billsOfAccount, deliveriesOfAccount, receiptsOfAccount } from "@/features/accounts/queries";
import { useMay } from "@/lib/access";
import { formatDate, tomorrow, yearsBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Day, Money, Period, useMoneyText } from "@/ui/figures";
import { type Bar, MonthBars } from "@/ui/month-bars";
import { Panel } from "@/ui/page";
import { Empty, State, useWord, Waiting } from "@/ui/states";
import { To } from "@/ui/to";

const MONTHS = 24;

/** What somebody has to look at first. */
export function Attention({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const may = useMay();
  const money = useMoneyText();
  const { data } = useQuery({ ...accountBalance({ path: { account_id: accountId } }), enabled: may("getAccountBalance") });
  if (!data?.overdue_since) return null;
  const title = say("account.overdue", { amount: money(data.overdue, data.currency) });
  return (
    <Alert variant="outline" color="red" c="var(--mantine-color-text)" icon={<IconAlertTriangle />} title={title}>
      {say("account.overdue.since", { date: formatDate(data.overdue_since) })}
      {may("listOpenItems") ? (
        <>
          {" · "}
          <To to={`/accounts/${accountId}?tab=open`}>{say("account.open_items")}</To>
        </>
      ) : null}
    </Alert>
  );
}

/** 24 months of bills in bars. */
export function Months({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const { data } = useQuery(billsOfAccount({ query: { account_id: accountId, page_size: MONTHS * 2 } }));
  if (!data) return <Waiting />;
  return (
    <Panel title={say("account.months")}>
      <MonthBars bars={barsOf(data.results)} caption={say("account.months")} />
    </Panel>
  );
}

/** The regular bill of each month, oldest first; what else a month had is in the list of bills. */
function barsOf(bills: BillOut[]): Bar[] {
  const months = new Map<string, string>();
  for (const bill of bills) {
    const month = bill.period_from.slice(0, 7);
    if (!months.has(month)) months.set(month, bill.gross);
  }
  return [...months].map(([month, value]) => ({ month, value })).sort((a, b) => a.month.localeCompare(b.month)).slice(-MONTHS);
}

interface Happening {
  id: string;
  date: string;
  what: ReactNode;
  about: ReactNode;
}

const LATEST = 20;

/** Bills, payments and letters in one order, the latest first. */
export function TimelineTab({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const query = { account_id: accountId, page_size: LATEST };
  const { data: bills } = useQuery({ ...billsOfAccount({ query }), enabled: may("listBills") });
  const { data: receipts } = useQuery({ ...receiptsOfAccount({ query }), enabled: may("listReceipts") });
  const { data: letters } = useQuery({ ...deliveriesOfAccount({ query }), enabled: may("listDeliveries") });
  const happened: Happening[] = [
    ...(bills?.results ?? []).map((one) => ({
      id: one.id,
      date: one.document_date,
      what: <To to={`/bills/${one.id}`}>{say("bill.title", { number: one.number })}</To>,
      about: (
        <>
          <Period from={one.period_from} end={one.period_to} /> · <Money value={one.gross} currency={one.currency} />
        </>
      ),
    })),
    ...(receipts?.results ?? []).map((one) => ({
      id: one.id,
      date: one.value_date,
      what: say("timeline.receipt", { number: one.number }),
      about: (
        <>
          {word("channel", one.channel)} · <Money value={one.amount} currency={one.currency} />
        </>
      ),
    })),
    ...(letters?.results ?? []).map((one) => ({
      id: one.id,
      date: one.queued_at.slice(0, 10),
      what: say("timeline.letter", { address: one.address }),
      about: <State of="delivery.state" value={one.state} />,
    })),
  ].sort((a, b) => b.date.localeCompare(a.date));
  if (!happened.length) return <Empty title={say("timeline.empty")} />;
  return (
    <section className="panel" style={{ padding: 16, overflowX: "auto" }} tabIndex={0} aria-label={say("account.timeline")}>
      <Table verticalSpacing={6} fz="sm">
        <Table.Tbody>
          {happened.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td w={110}>
                <Day value={one.date} />
              </Table.Td>
              <Table.Td>{one.what}</Table.Td>
              <Table.Td>{one.about}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** What the balance is made of: every entry with the balance after it. */
export function StatementTab({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const { data } = useQuery(accountStatement({ path: { account_id: accountId }, query: { start: yearsBefore(2), end: tomorrow() } }));
  if (!data) return <Waiting />;
  return (
    <section className="panel" style={{ padding: 16, overflowX: "auto" }} tabIndex={0} aria-label={say("account.statement")}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say("reading.date")}</Table.Th>
            <Table.Th>{say("statement.what")}</Table.Th>
            <Table.Th ta="right">{say("receipt.amount")}</Table.Th>
            <Table.Th ta="right">{say("account.balance")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Td />
            <Table.Td>{say("statement.opening")}</Table.Td>
            <Table.Td />
            <Table.Td ta="right">
              <Money value={data.opening} />
            </Table.Td>
          </Table.Tr>
          {data.lines.map((line) => (
            <Table.Tr key={`${line.source_id} ${line.amount} ${line.balance}`}>
              <Table.Td>
                <Day value={line.accounting_date} />
              </Table.Td>
              <Table.Td>
                {may("listEntries") ? (
                  <To to={`/entries?source_id=${line.source_id}`}>{word("entry", line.source_kind)}</To>
                ) : (
                  word("entry", line.source_kind)
                )}
              </Table.Td>
              <Table.Td ta="right">
                <Money value={line.amount} />
              </Table.Td>
              <Table.Td ta="right">
                <Money value={line.balance} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

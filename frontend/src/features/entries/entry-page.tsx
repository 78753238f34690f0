import { Table } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { EntryWithPostingsOut } from "@/api";
import { entryDetail } from "@/features/entries/queries";
import { formatDate } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { LedgerAccountName } from "@/ui/catalog-names";
import { Day, Facts, Moment, Money } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Wide } from "@/ui/wide";

const PAGE_OF: Record<string, string> = { BILL: "/bills" };

/** One entry of the ledger: both sides of every posting. */
export function EntryPage() {
  const { say } = useSay();
  const word = useWord();
  const { id = "" } = useParams({ strict: false });
  const { data: entry } = useSuspenseQuery(entryDetail({ path: { id } }));
  const source = PAGE_OF[entry.source_kind];
  const name = word("entry", entry.source_kind);
  return (
    <Page
      title={say("entry.title", { what: name, date: formatDate(entry.accounting_date) })}
      actions={<Neighbours name="entries" id={id} base="/entries" />}
    >
      <Panel>
        <Facts
          facts={[
            { label: say("entry.source"), value: source ? <To to={`${source}/${entry.source_id}`}>{name}</To> : name },
            { label: say("entry.area"), value: word("area", entry.area) },
            { label: say("entry.date"), value: <Day value={entry.accounting_date} /> },
            { label: say("entry.recorded"), value: <Moment value={entry.recorded_at} /> },
          ]}
        />
      </Panel>
      <Postings entry={entry} />
    </Page>
  );
}

function Postings({ entry }: { entry: EntryWithPostingsOut }) {
  const { say } = useSay();
  return (
    <Panel title={say("bill.postings")}>
      <Wide label={say("bill.postings")}>
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say("posting.debit")}</Table.Th>
              <Table.Th>{say("posting.credit")}</Table.Th>
              <Table.Th ta="right">{say("posting.amount")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entry.postings.map((row) => (
              <Table.Tr key={row.line_no}>
                <Table.Td>
                  <LedgerAccountName code={row.debit_code} role={row.debit_posting_code} />
                </Table.Td>
                <Table.Td>
                  <LedgerAccountName code={row.credit_code} role={row.credit_posting_code} />
                </Table.Td>
                <Table.Td ta="right">
                  <Money value={row.amount} currency={row.currency} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </Panel>
  );
}

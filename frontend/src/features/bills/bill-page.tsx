import { Anchor, Grid, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import type { BillPostingOut, BillWithLinesOut } from "@/api";
import { Bridge, Lines } from "@/features/bills/bill-lines";
import { billDetail, billDocument, explanationOfBill, postingsOfBill } from "@/features/bills/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { LedgerAccountName } from "@/ui/catalog-names";
import { Day, Facts, Money, Period } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert, useWord, Waiting } from "@/ui/states";
import { To } from "@/ui/to";

/** The data of a bill, what it posted, and the document beside them. */
export function BillPage() {
  const { say, language } = useSay();
  const may = useMay();
  const { id = "" } = useParams({ strict: false });
  const { data: bill } = useSuspenseQuery(billDetail({ path: { id } }));
  const asked = explanationOfBill({ path: { id }, query: { language } });
  const { data: explanation } = useQuery({ ...asked, enabled: may("getBillExplanation") });
  return (
    <Page
      title={say("bill.title", { number: bill.number })}
      actions={<Neighbours name="bills" id={id} base="/bills" />}
    >
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Panel>
            <BillFacts bill={bill} />
          </Panel>
          {bill.services.map((service) => (
            <Lines
              key={`${service.agreement_id} ${service.service_point_code}`}
              service={service}
              explanation={explanation}
            />
          ))}
          {explanation?.bridge ? (
            <div style={{ marginTop: 12 }}>
              <Bridge bridge={explanation.bridge} currency={bill.currency} />
            </div>
          ) : null}
          {may("listBillPostings") ? <Postings billId={id} /> : null}
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>{may("getBillDocument") ? <Document bill={bill} /> : null}</Grid.Col>
      </Grid>
    </Page>
  );
}

function BillFacts({ bill }: { bill: BillWithLinesOut }) {
  const { say } = useSay();
  return (
    <Facts
      facts={[
        { label: say("bill.gross"), value: <Money value={bill.gross} currency={bill.currency} /> },
        { label: say("bill.net"), value: <Money value={bill.net} /> },
        { label: say("bill.tax"), value: <Money value={bill.tax} /> },
        { label: say("bill.opening"), value: <Money value={bill.opening_balance} /> },
        { label: say("bill.due"), value: <Day value={bill.due_date} /> },
        { label: say("bill.date"), value: <Day value={bill.document_date} /> },
        { label: say("bill.period"), value: <Period from={bill.period_from} end={bill.period_to} /> },
        {
          label: say("account.number"),
          value: <To to={`/accounts/${bill.account_id}`}>{bill.account_number}</To>,
        },
        { label: say("bill.run"), value: <To to={`/bill-runs/${bill.run_id}`}>{say("bill.run.open")}</To> },
      ]}
    />
  );
}

const POSTINGS: Column<BillPostingOut>[] = [
  { name: "entry", title: "posting.entry", show: (row) => <EntryLink id={row.entry_id} /> },
  { name: "debit", title: "posting.debit", show: (row) => <LedgerAccountName code={row.debit_code} role={row.debit_posting_code} /> },
  {
    name: "credit",
    title: "posting.credit",
    show: (row) => <LedgerAccountName code={row.credit_code} role={row.credit_posting_code} />,
  },
  {
    name: "amount",
    title: "posting.amount",
    show: (row) => <Money value={row.amount} currency={row.currency} />,
    isNumber: true,
  },
];

function EntryLink({ id }: { id: string }) {
  const word = useWord();
  return <To to={`/entries/${id}`}>{word("action", "open_entry")}</To>;
}

const postingId = (row: BillPostingOut) => `${row.entry_id} ${row.line_no}`;

function Postings({ billId }: { billId: string }) {
  const { say } = useSay();
  return (
    <section style={{ marginTop: 12 }} aria-label={say("bill.postings")}>
      <Text component="h2" fw={600} mb={4} m={0}>
        {say("bill.postings")}
      </Text>
      <ResourceTable
        name="bill-postings"
        caption="bill.postings"
        isInside
        query={(search) => postingsOfBill({ path: { id: billId }, query: search })}
        columns={POSTINGS}
        idOf={postingId}
        empty={{ title: "postings.empty.title", next: "postings.empty.next" }}
      />
    </section>
  );
}

function Document({ bill }: { bill: BillWithLinesOut }) {
  const { say, language } = useSay();
  const { data, error, refetch } = useQuery(billDocument(bill.id, language));
  const address = useObjectAddress(data);
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!address) return <Waiting />;
  return (
    <div style={{ height: "calc(100vh - 130px)", minHeight: 420, display: "flex", flexDirection: "column", gap: 6 }}>
      <iframe className="document" src={`${address}#toolbar=0&navpanes=0&view=FitH`} title={say("bill.document")} />
      <Anchor href={address} download={`${bill.number}.pdf`} size="sm">
        {say("bill.download")}
      </Anchor>
    </div>
  );
}

function useObjectAddress(content: Blob | File | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!content) return undefined;
    const made = URL.createObjectURL(content);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return address;
}

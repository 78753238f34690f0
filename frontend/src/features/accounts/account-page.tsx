import { Tabs } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { type ReactNode, useState } from "react";

import { AccountDialog } from "@/features/accounts/account-dialog";
import { Attention, Months, StatementTab, TimelineTab } from "@/features/accounts/account-overview";
import { AgreementsTab, BillsTab, OpenItemsTab, ReadingsTab, ReceiptsTab } from "@/features/accounts/account-tabs";
import { PortalAccessButton } from "@/features/accounts/portal-access";
import { accountBalance, accountDetail } from "@/features/accounts/queries";
import { useMay } from "@/lib/access";
import { type TextKey, useSay } from "@/lib/texts";
import { Day, Facts, Money, Unknown } from "@/ui/figures";
import { EditButton, NewButton } from "@/ui/keys";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";

const TABS: { name: string; text: TextKey; needs: string; Content: (props: { accountId: string }) => ReactNode }[] = [
  { name: "bills", text: "place.bills", needs: "listBills", Content: BillsTab },
  { name: "receipts", text: "place.receipts", needs: "listReceipts", Content: ReceiptsTab },
  { name: "open", text: "account.open_items", needs: "listOpenItems", Content: OpenItemsTab },
  { name: "agreements", text: "account.services", needs: "listAgreements", Content: AgreementsTab },
  { name: "readings", text: "place.readings", needs: "listReadings", Content: ReadingsTab },
  { name: "timeline", text: "account.timeline", needs: "listBills", Content: TimelineTab },
  { name: "statement", text: "account.statement", needs: "getAccountStatement", Content: StatementTab },
];

export function AccountPage() {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const { id = "" } = useParams({ strict: false });
  const { data: account } = useSuspenseQuery(accountDetail({ path: { id } }));
  return (
    <Page
      title={say("account.title", { number: account.number, name: account.party_name })}
      actions={
        <>
          {may("createCustomer") ? (
            <NewButton label={say("customer.title.more")} onClick={() => void navigate({ to: "/customers/new", search: { account: id } })} />
          ) : null}
          {may("createSubscriberLogin") ? <PortalAccessButton accountId={id} /> : null}
          {may("updateAccount") ? <EditButton label={say("account.edit")} onClick={() => setEditing(true)} /> : null}
          <Neighbours name="accounts" id={id} base="/accounts" />
        </>
      }
    >
      {isEditing ? <AccountDialog id={id} onClose={() => setEditing(false)} /> : null}
      <Attention accountId={id} />
      <Panel>
        <Facts
          facts={[
            { label: say("account.balance"), value: <Balance accountId={id} /> },
            { label: say("account.holder"), value: <To to={`/parties/${account.party_id}`}>{account.party_name}</To> },
            { label: say("account.aliases"), value: account.aliases.join(", ") || <Unknown /> },
            { label: say("account.delivery"), value: word("delivery", account.delivery) },
            { label: say("account.opened"), value: <Day value={account.opened_date} /> },
            ...(account.closed_date ? [{ label: say("account.closed"), value: <Day value={account.closed_date} /> }] : []),
          ]}
        />
      </Panel>
      {may("listBills") ? <Months accountId={id} /> : null}
      <AccountTabs accountId={id} />
    </Page>
  );
}

function Balance({ accountId }: { accountId: string }) {
  const { data } = useQuery(accountBalance({ path: { account_id: accountId } }));
  if (!data) return <Unknown />;
  return (
    <To to={`/accounts/${accountId}?tab=statement`}>
      <Money value={data.balance} currency={data.currency} />
    </To>
  );
}

function AccountTabs({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const may = useMay();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const shown = TABS.filter((tab) => may(tab.needs));
  const chosen = shown.find((tab) => tab.name === search["tab"]) ?? shown[0];
  if (!chosen) return null;
  return (
    <Tabs
      value={chosen.name}
      onChange={(name) => void navigate({ to: ".", search: name ? { tab: name } : {}, replace: true })}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {shown.map((tab) => (
          <Tabs.Tab key={tab.name} value={tab.name}>
            {say(tab.text)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown.map(({ name, Content }) => (
        <Tabs.Panel key={name} value={name}>
          <Content accountId={accountId} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import type { AccountOut } from "@/api";
import { PartyDialog } from "@/features/parties/party-dialog";
import { accountsOfParty, partyDetail } from "@/features/parties/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Day, Facts, Identifier } from "@/ui/figures";
import { EditButton } from "@/ui/keys";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";

const ACCOUNTS: Column<AccountOut>[] = [
  { name: "number", title: "account.number", show: (row) => <To to={`/accounts/${row.id}`}>{row.number}</To> },
  { name: "aliases", title: "account.aliases", show: (row) => row.aliases.join(", ") },
  { name: "opened", title: "account.opened", show: (row) => <Day value={row.opened_date} />, isNumber: true },
];

const idOf = (row: AccountOut) => row.id;

export function PartyPage() {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const [isEditing, setEditing] = useState(false);
  const { id = "" } = useParams({ strict: false });
  const { data: party } = useSuspenseQuery(partyDetail({ path: { id } }));
  const contacts = party.contact_points.map(({ kind, value }) => ({ label: word("contact", kind), value }));
  return (
    <Page
      title={party.name}
      actions={
        <>
          {may("updateParty") ? <EditButton label={say("party.edit")} onClick={() => setEditing(true)} /> : null}
          <Neighbours name="parties" id={id} base="/parties" />
        </>
      }
    >
      {isEditing ? <PartyDialog id={id} onClose={() => setEditing(false)} /> : null}
      <Panel>
        <Facts
          facts={[
            { label: say("party.kind"), value: word("party.kind", party.kind) },
            { label: say("party.tax_id"), value: <Identifier value={party.tax_id} /> },
            { label: say("party.vat_id"), value: <Identifier value={party.vat_id} /> },
            { label: say("party.language"), value: word("language", party.language) },
            ...contacts,
          ]}
        />
      </Panel>
      <ResourceTable
        name="party-accounts"
        caption="place.accounts"
        isInside
        query={(search) => accountsOfParty({ query: { ...search, party_id: id } })}
        columns={ACCOUNTS}
        idOf={idOf}
        empty={{ title: "accounts.empty.title", next: "accounts.empty.next" }}
      />
    </Page>
  );
}

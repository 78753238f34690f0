import { useNavigate } from "@tanstack/react-router";

import type { AccountOut } from "@/api";
import { accountList } from "@/features/accounts/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Day } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const FILTERS: Filter[] = [
  { name: "branch_id", label: "customer.branch", kind: "branch" },
  { name: "search", label: "accounts.search", kind: "text" },
  { name: "number", label: "account.number", kind: "text" },
  { name: "name", label: "account.holder", kind: "text" },
];

const COLUMNS: Column<AccountOut>[] = [
  { name: "number", title: "account.number", fields: ["number"], show: (row) => <To to={`/accounts/${row.id}`}>{row.number}</To> },
  { name: "holder", title: "account.holder", fields: ["party_name"], show: (row) => row.party_name },
  { name: "aliases", title: "account.aliases", fields: ["aliases"], show: (row) => row.aliases.join(", ") },
  { name: "delivery", title: "account.delivery", fields: ["delivery"], words: "delivery", show: (row) => <Word of="delivery" value={row.delivery} /> },
  { name: "opened", title: "account.opened", fields: ["opened_date"], show: (row) => <Day value={row.opened_date} />, isNumber: true },
  { name: "closed", title: "account.closed", fields: ["closed_date"], show: (row) => <Day value={row.closed_date} />, isNumber: true, isExtra: true },
];

const idOf = (row: AccountOut) => row.id;

export function AccountListPage() {
  const { say } = useSay();
  const may = useMay();
  const navigate = useNavigate();
  const create = <NewButton label={say("customer.title")} onClick={() => void navigate({ to: "/customers/new" })} />;
  return (
    <Page title={say("place.accounts")} actions={may("createCustomer") ? create : null}>
      <ResourceTable
        name="accounts"
        caption="place.accounts"
        address="/api/v1/accounts"
        query={(search) => accountList({ query: search })}
        columns={COLUMNS}
        filters={FILTERS}
        idOf={idOf}
        empty={{ title: "accounts.empty.title", next: "accounts.empty.next" }}
      />
    </Page>
  );
}

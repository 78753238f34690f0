import type { PartyOut } from "@/api";
import { partyList } from "@/features/parties/queries";
import { useSay } from "@/lib/texts";
import { Identifier } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const KINDS = ["INDIVIDUAL", "SOLE_TRADER", "LEGAL_ENTITY"];

const COLUMNS: Column<PartyOut>[] = [
  { name: "name", title: "party.name", fields: ["name"], show: (row) => <To to={`/parties/${row.id}`}>{row.name}</To> },
  { name: "kind", title: "party.kind", fields: ["kind"], words: "party.kind", show: (row) => <Word of="party.kind" value={row.kind} /> },
  { name: "tax", title: "party.tax_id", fields: ["tax_id"], show: (row) => <Identifier value={row.tax_id} /> },
  { name: "language", title: "party.language", fields: ["language"], words: "language", show: (row) => <Word of="language" value={row.language} /> },
];

const idOf = (row: PartyOut) => row.id;

export function PartyListPage() {
  const { say } = useSay();
  const word = useWord();
  const choices = KINDS.map((value) => ({ value, label: word("party.kind", value) }));
  const filters: Filter[] = [
    { name: "branch_id", label: "customer.branch", kind: "branch" },
    { name: "name", label: "party.name", kind: "text" },
    { name: "tax_id", label: "party.tax_id", kind: "text" },
    { name: "kind", label: "party.kind", kind: "choice", choices },
  ];
  return (
    <Page title={say("place.parties")}>
      <ResourceTable
        name="parties"
        caption="place.parties"
        address="/api/v1/parties"
        query={(search) => partyList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "parties.empty.title", next: "parties.empty.next" }}
      />
    </Page>
  );
}

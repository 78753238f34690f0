import type { EntryOut } from "@/api";
import { entryList } from "@/features/entries/queries";
import { useSay } from "@/lib/texts";
import { Day, Moment } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const FILTERS: Filter[] = [
  { name: "source_id", label: "entry.only", kind: "link" },
  { name: "accounting_date_from", label: "filter.from", kind: "date" },
  { name: "accounting_date_before", label: "filter.before", kind: "date" },
];

const COLUMNS: Column<EntryOut>[] = [
  {
    name: "what",
    title: "statement.what", fields: ["source_kind"], words: "entry",
    show: (row) => (
      <To to={`/entries/${row.id}`}>
        <Word of="entry" value={row.source_kind} />
      </To>
    ),
  },
  { name: "area", title: "entry.area", fields: ["area"], words: "area", show: (row) => <Word of="area" value={row.area} /> },
  { name: "date", title: "entry.date", fields: ["accounting_date"], show: (row) => <Day value={row.accounting_date} />, isNumber: true },
  { name: "recorded", title: "entry.recorded", fields: ["recorded_at"], show: (row) => <Moment value={row.recorded_at} />, isNumber: true },
];

const idOf = (row: EntryOut) => row.id;

export function EntryListPage() {
  const { say } = useSay();
  return (
    <Page title={say("place.entries")}>
      <ResourceTable
        name="entries"
        caption="place.entries"
        address="/api/v1/entries"
        query={(search) => entryList({ query: search })}
        columns={COLUMNS}
        filters={FILTERS}
        idOf={idOf}
        empty={{ title: "postings.empty.title", next: "postings.empty.next" }}
      />
    </Page>
  );
}

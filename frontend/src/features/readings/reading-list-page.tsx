import type { ReadingOut } from "@/api";
import { readingList } from "@/features/readings/queries";
import { Verdict } from "@/features/readings/reading-words";
import { dayBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Day, Identifier, Quantity } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { Word } from "@/ui/word";

const KINDS = ["ACTUAL", "ESTIMATED", "CUSTOMER", "REMOTE"];

const COLUMNS: Column<ReadingOut>[] = [
  { name: "meter", title: "reading.meter", show: (row) => <Identifier value={row.meter_serial} /> },
  { name: "register", title: "reading.register", show: (row) => row.register },
  { name: "date", title: "reading.date", show: (row) => <Day value={dayBefore(row.boundary_date)} />, isNumber: true },
  { name: "value", title: "reading.value", show: (row) => <Quantity value={row.value} />, isNumber: true },
  { name: "kind", title: "reading.kind", show: (row) => <Word of="reading.kind" value={row.kind} /> },
  { name: "verdict", title: "reading.verdict", show: (row) => <Verdict value={row.verdict} /> },
];

const idOf = (row: ReadingOut) => row.id;

export function ReadingListPage() {
  const { say } = useSay();
  const word = useWord();
  const choices = KINDS.map((value) => ({ value, label: word("reading.kind", value) }));
  const filters: Filter[] = [
    { name: "meter_serial", label: "reading.meter", kind: "text" },
    { name: "kind", label: "reading.kind", kind: "choice", choices },
    { name: "from_date", label: "filter.from", kind: "date" },
    { name: "to_date", label: "filter.to", kind: "date" },
  ];
  return (
    <Page title={say("place.readings")}>
      <ResourceTable
        name="readings"
        caption="place.readings"
        query={(search) => readingList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "readings.empty.title", next: "readings.empty.next" }}
      />
    </Page>
  );
}

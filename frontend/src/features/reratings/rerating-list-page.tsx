import { useDisclosure } from "@mantine/hooks";

import type { ReratingOut } from "@/api";
import { NewReratingDialog } from "@/features/reratings/new-rerating-dialog";
import { reratingList } from "@/features/reratings/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Count, Moment, Period } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";
import { To } from "@/ui/to";

const STATES: ReratingOut["state"][] = ["REHEARSING", "REHEARSED", "APPLYING", "APPLIED"];

const COLUMNS: Column<ReratingOut>[] = [
  {
    name: "days",
    title: "rerating.days", fields: ["from_date", "to_date"],
    show: (row) => (
      <To to={`/reratings/${row.id}`}>
        <Period from={row.from_date} end={row.to_date} />
      </To>
    ),
  },
  { name: "why", title: "rerating.why", fields: ["why"], show: (row) => row.why },
  { name: "state", title: "run.state", fields: ["state"], words: "rerating", show: (row) => <State of="rerating" value={row.state} /> },
  { name: "calls", title: "rerating.calls", fields: ["counts.calls"], show: (row) => <Count value={row.counts.calls} />, isNumber: true },
  { name: "changed", title: "standing.CHANGED", fields: ["counts.changed"], show: (row) => <Count value={row.counts.changed} />, isNumber: true },
  { name: "billed", title: "standing.BILLED", fields: ["counts.billed"], show: (row) => <Count value={row.counts.billed} />, isNumber: true },
  { name: "created", title: "job.created", fields: ["created_at"], show: (row) => <Moment value={row.created_at} />, isNumber: true },
  { name: "applied", title: "rerating.applied", fields: ["applied_at"], show: (row) => <Moment value={row.applied_at} />, isNumber: true },
];

const idOf = (row: ReratingOut) => row.id;

/** Calls that were priced by wrong prices, priced again. */
export function ReratingListPage() {
  const { say } = useSay();
  const word = useWord();
  const may = useMay();
  const [isOpen, dialog] = useDisclosure();
  const choices = STATES.map((value) => ({ value, label: word("rerating", value) }));
  const filters: Filter[] = [{ name: "state", label: "run.state", kind: "choice", choices }];
  return (
    <Page
      title={say("place.reratings")}
      actions={may("createRerating") ? <NewButton label={say("rerating.new")} onClick={dialog.open} /> : null}
    >
      <ResourceTable
        name="reratings"
        caption="place.reratings"
        address="/api/v1/reratings"
        query={(search) => reratingList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "reratings.empty.title", next: "reratings.empty.next" }}
      />
      {isOpen ? <NewReratingDialog onClose={dialog.close} /> : null}
    </Page>
  );
}

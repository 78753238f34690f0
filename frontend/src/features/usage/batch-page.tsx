import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { UsageBatchOut } from "@/api";
import { batchDetail, recordList } from "@/features/usage/queries";
import { RECORD_COLUMNS, recordId } from "@/features/usage/record-columns";
import { useSay } from "@/lib/texts";
import { Count, Day, Facts, Identifier, Moment, Quantity } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { ResourceTable } from "@/ui/resource-table";
import { State, useWord } from "@/ui/states";

const STATES = ["RATED", "SUSPENDED", "UNBILLABLE", "BILLED"];

const ORDER = ["rows", "earliest_date", "latest_date", "earliest_at", "latest_at"];

/** How much and of when first, then what was counted. */
function inOrder(totals: UsageBatchOut["totals"]): [string, string][] {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return Object.entries(totals).sort(([a], [b]) => place(a) - place(b));
}

function Total({ value }: { value: string }) {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return <Day value={value} />;
  return /^\d{4}-\d{2}-\d{2}[T ]/.test(value) ? <Moment value={value.replace(" ", "T")} /> : <Quantity value={value} />;
}

/** One file of usage: what was in it, and what became of every record. */
export function BatchPage() {
  const { say } = useSay();
  const word = useWord();
  const { id = "" } = useParams({ strict: false });
  const { data: batch } = useSuspenseQuery(batchDetail({ path: { id } }));
  const choices = STATES.map((value) => ({ value, label: word("record.state", value) }));
  const filters: Filter[] = [{ name: "state", label: "record.state", kind: "choice", choices }];
  const totals = inOrder(batch.totals).map(([name, value]) => ({ label: word("total", name), value: <Total value={value} /> }));
  return (
    <Page
      title={say("batch.title", { name: batch.name })}
      badge={<State of="batch" value={batch.state} />}
      actions={<Neighbours name="usage-batches" id={id} base="/usage-batches" />}
    >
      <Panel>
        <Facts
          facts={[
            { label: say("batch.records"), value: <Count value={batch.record_count} /> },
            { label: say("batch.added"), value: <Count value={batch.added_count} /> },
            { label: say("batch.errors"), value: <Count value={batch.error_count} /> },
            { label: say("batch.received"), value: <Moment value={batch.received_at} /> },
            { label: say("batch.sha256"), value: <Identifier value={`${batch.sha256.slice(0, 12)}…`} /> },
          ]}
        />
      </Panel>
      <Panel title={say("batch.totals")}>
        <Facts facts={totals} />
      </Panel>
      <ResourceTable
        name="batch-records"
        caption="batch.records"
        address="/api/v1/usage-records"
        query={(search) => recordList({ query: { ...search, batch_id: id } })}
        columns={RECORD_COLUMNS}
        filters={filters}
        idOf={recordId}
        empty={{ title: "batch.empty.title", next: "batch.empty.next" }}
      />
    </Page>
  );
}

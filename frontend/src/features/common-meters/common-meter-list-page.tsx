import { Button, Text } from "@mantine/core";
import { useState } from "react";

import type { CommonMeterOut } from "@/api";
import { EndCommonMeterDialog, METHODS, NewCommonMeterDialog } from "@/features/common-meters/common-meter-dialogs";
import { commonMeterList } from "@/features/common-meters/queries";
import { useMay } from "@/lib/access";
import { dayBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Day, Identifier } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";
import { Word } from "@/ui/word";

const COLUMNS: Column<CommonMeterOut>[] = [
  { name: "point", title: "common.main", fields: ["main_point_code"], show: (row) => <Identifier value={row.main_point_code} /> },
  { name: "method", title: "common.method", fields: ["method"], words: "common.method", show: (row) => <Method row={row} /> },
  { name: "register", title: "common.register", fields: ["register_code"], show: (row) => <Word of="register" value={row.register_code} /> },
  { name: "members", title: "common.members", fields: ["members.service_point_code"], show: (row) => <Members row={row} /> },
  { name: "from", title: "agreement.from", fields: ["valid_from"], show: (row) => <Day value={row.valid_from} />, isNumber: true },
  { name: "to", title: "filter.to", fields: ["valid_to"], show: (row) => <Day value={row.valid_to && dayBefore(row.valid_to)} />, isNumber: true },
  { name: "source", title: "common.source", fields: ["source_document"], show: (row) => row.source_document },
];

const idOf = (row: CommonMeterOut) => row.id;

/** Main meters of houses and zones: who shares what they show beyond the others, or that it is lost. */
export function CommonMeterListPage() {
  const { say } = useSay();
  const may = useMay();
  const word = useWord();
  const [open, setOpen] = useState<CommonMeterOut | "new" | null>(null);
  const choices = METHODS.map((value) => ({ value, label: word("common.method", value) }));
  const filters: Filter[] = [
    { name: "method", label: "common.method", kind: "choice", choices },
    { name: "on_date", label: "common.on_date", kind: "date" },
  ];
  const columns = [...COLUMNS];
  if (may("endCommonMeter")) {
    columns.push({ name: "end", title: "till.change", show: (row) => (row.valid_to ? null : <EndButton onClick={() => setOpen(row)} />) });
  }
  return (
    <Page title={say("place.common")} actions={may("createCommonMeter") ? <NewButton label={say("common.new")} onClick={() => setOpen("new")} /> : null}>
      <ResourceTable
        name="common-meters"
        caption="place.common"
        address="/api/v1/common-meters"
        query={(search) => commonMeterList({ query: search })}
        columns={columns}
        filters={filters}
        idOf={idOf}
        empty={{ title: "common.empty.title", next: "common.empty.next" }}
      />
      {open === "new" ? <NewCommonMeterDialog onClose={() => setOpen(null)} /> : null}
      {open && open !== "new" ? <EndCommonMeterDialog rule={open} onClose={() => setOpen(null)} /> : null}
    </Page>
  );
}

function Members({ row }: { row: CommonMeterOut }) {
  const { say } = useSay();
  const count = (part: "is_subtracted" | "is_sharing") => row.members.filter((one) => one[part]).length;
  return (
    <Text size="sm" component="span">
      {say("common.members.count", { subtracted: count("is_subtracted"), sharing: count("is_sharing") })}
    </Text>
  );
}

/** Of a network's zone the word leads to what it lost. */
function Method({ row }: { row: CommonMeterOut }) {
  const word = <Word of="common.method" value={row.method} />;
  return row.method === "LOSS" ? <To to={`/losses?main_point_id=${row.main_point_id}`}>{word}</To> : word;
}

function EndButton({ onClick }: { onClick: () => void }) {
  const { say } = useSay();
  return (
    <Button size="compact-xs" variant="default" onClick={onClick}>
      {say("common.end")}
    </Button>
  );
}

import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import type { ReadingOut } from "@/api";
import { entities, readingList, sendReadings } from "@/features/readings/queries";
import { Verdict } from "@/features/readings/reading-words";
import { useMay } from "@/lib/access";
import { dayBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Day, Identifier, Quantity } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { UploadDialog } from "@/ui/upload-dialog";
import { Word } from "@/ui/word";

const KINDS = ["ACTUAL", "ESTIMATED", "CUSTOMER", "REMOTE"];

const COLUMNS: Column<ReadingOut>[] = [
  { name: "meter", title: "reading.meter", fields: ["meter_serial"], show: (row) => <Identifier value={row.meter_serial} /> },
  { name: "register", title: "reading.register", fields: ["register"], show: (row) => <Word of="register" value={row.register} /> },
  { name: "date", title: "reading.date", fields: ["boundary_date"], show: (row) => <Day value={dayBefore(row.boundary_date)} />, isNumber: true },
  { name: "value", title: "reading.value", fields: ["value"], show: (row) => <Quantity value={row.value} />, isNumber: true },
  { name: "kind", title: "reading.kind", fields: ["kind"], words: "reading.kind", show: (row) => <Word of="reading.kind" value={row.kind} /> },
  { name: "verdict", title: "reading.verdict", fields: ["verdict"], show: (row) => <Verdict value={row.verdict} /> },
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
  const may = useMay();
  const [isOpen, dialog] = useDisclosure();
  const upload = <NewButton label={say("readings.upload")} onClick={dialog.open} />;
  return (
    <Page title={say("place.readings")} actions={may("importReadings") ? upload : null}>
      <ResourceTable
        name="readings"
        caption="place.readings"
        address="/api/v1/readings"
        query={(search) => readingList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "readings.empty.title", next: "readings.empty.next" }}
      />
      {isOpen ? <LoadReadings onClose={dialog.close} /> : null}
    </Page>
  );
}

const FORMATS = ["readings", "dsmr_p1", "household_halfhourly", "green_button"] as const;

function LoadReadings({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const { data } = useQuery(entities());
  if (!data) return null;
  const formats = FORMATS.map((value) => ({ value, label: word("reading.format", value) }));
  const enterprises = data.results.map(({ id, short_name }) => ({ value: id, label: short_name }));
  return (
    <UploadDialog
      title={say("readings.upload")}
      choices={[
        { name: "legal_entity_id", label: say("run.entity"), data: enterprises },
        { name: "format", label: say("upload.format"), data: formats },
      ]}
      hasTrial
      send={({ legal_entity_id = "", format = "" }, file, isTrial, key) => {
        const known = FORMATS.find((one) => one === format) ?? "readings";
        return sendReadings({ legal_entity_id, file, format: known, dry_run: isTrial }, key);
      }}
      onClose={onClose}
    />
  );
}

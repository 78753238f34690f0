import { Alert, Stack } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import type { DraftBillOut, ParkedAccountOut } from "@/api";
import { controlSheet, draftsOfRun, parkedOfRun } from "@/features/bill-runs/queries";
import { fromMinor } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { Count, Facts, Identifier, Money, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Panel } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert, useWord, Waiting } from "@/ui/states";
import { To } from "@/ui/to";

const FILTERS: Filter[] = [{ name: "account_number", label: "account.number", kind: "text" }];

function AccountLink({ row }: { row: { account_id: string; account_number: string } }) {
  return <To to={`/accounts/${row.account_id}`}>{row.account_number}</To>;
}

function Previous({ value }: { value: string | null }) {
  return value === null ? <Unknown /> : <Money value={value} />;
}

const DRAFTS: Column<DraftBillOut>[] = [
  { name: "account", title: "account.number", fields: ["account_number"], show: (row) => <AccountLink row={row} /> },
  { name: "lines", title: "draft.lines", fields: ["line_count"], show: (row) => <Count value={row.line_count} />, isNumber: true },
  { name: "net", title: "bill.net", fields: ["net"], show: (row) => <Money value={row.net} />, isNumber: true },
  { name: "tax", title: "bill.tax", fields: ["tax"], show: (row) => <Money value={row.tax} />, isNumber: true },
  { name: "gross", title: "bill.gross", fields: ["gross"], show: (row) => <Money value={row.gross} currency={row.currency} />, isNumber: true },
  { name: "previous", title: "draft.previous", fields: ["previous_gross"], show: (row) => <Previous value={row.previous_gross} />, isNumber: true },
  { name: "difference", title: "draft.difference", fields: ["difference"], show: (row) => <Money value={row.difference} />, isNumber: true },
];

const draftId = (row: DraftBillOut) => row.id;

export function Drafts({ runId }: { runId: string }) {
  return (
    <ResourceTable
      name="run-drafts"
      caption="desk.drafts"
      address="/api/v1/bill-runs/{id}/drafts"
      isInside
      query={(search) => draftsOfRun({ path: { id: runId }, query: search })}
      columns={DRAFTS}
      filters={FILTERS}
      idOf={draftId}
      empty={{ title: "drafts.empty.title", next: "drafts.empty.next" }}
    />
  );
}

const parkedColumns = (lastDay: string): Column<ParkedAccountOut>[] => [
  { name: "account", title: "account.number", fields: ["account_number"], show: (row) => <AccountLink row={row} /> },
  { name: "agreement", title: "agreement.number", fields: ["agreement_number"], show: (row) => <Identifier value={row.agreement_number} /> },
  { name: "reason", title: "parked.reason", fields: ["reason"], show: (row) => row.reason },
  { name: "mend", title: "parked.mend", show: (row) => <Mend row={row} lastDay={lastDay} /> },
];

const OF_READINGS = [
  "MISSING_CONSUMPTION",
  "NEGATIVE_CONSUMPTION",
  "READING_BELOW_PREVIOUS",
  "READING_OVER_DIAL",
  "USE_TOO_LARGE",
  "BILLED_END_NOT_READ",
  "CONSUMPTION_STATED_AND_MEASURED",
];

/** Where what is missing can be entered. */
function Mend({ row, lastDay }: { row: ParkedAccountOut; lastDay: string }) {
  const { say } = useSay();
  if (OF_READINGS.includes(row.code)) {
    return <To to={`/reading-round?read_date=${lastDay}&search=${row.account_number}`}>{say("parked.mend.reading")}</To>;
  }
  if (row.agreement_id) return <To to={`/agreements/${row.agreement_id}`}>{say("parked.mend.agreement")}</To>;
  return <To to={`/accounts/${row.account_id}`}>{say("parked.mend.account")}</To>;
}

const parkedId = (row: ParkedAccountOut) => `${row.account_id} ${row.agreement_number} ${row.code}`;

export function Parked({ runId, lastDay }: { runId: string; lastDay: string }) {
  return (
    <ResourceTable
      name="run-parked"
      caption="desk.parked"
      address="/api/v1/bill-runs/{id}/parked"
      isInside
      query={(search) => parkedOfRun({ path: { id: runId }, query: search })}
      columns={parkedColumns(lastDay)}
      filters={FILTERS}
      idOf={parkedId}
      empty={{ title: "parked.empty.title", next: "parked.empty.next" }}
    />
  );
}

const AREAS = ["usage", "agreements", "calculated", "drafts", "charges", "bills", "postings"];

export function ControlSheet({ runId }: { runId: string }) {
  const { say } = useSay();
  const { data: sheet, error, refetch } = useQuery(controlSheet({ path: { id: runId } }));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!sheet) return <Waiting />;
  return (
    <Stack gap="sm">
      <Alert
        variant="outline"
        color={sheet.is_balanced ? "teal" : "red"}
        c="var(--mantine-color-text)"
        icon={sheet.is_balanced ? <IconCheck /> : <IconAlertTriangle />}
        title={say(sheet.is_balanced ? "sheet.balanced" : "sheet.differs")}
      />
      {AREAS.map((area) => (
        <Area key={area} area={area} figures={sheet.figures[area]} />
      ))}
    </Stack>
  );
}

function Area({ area, figures }: { area: string; figures: unknown }) {
  const word = useWord();
  if (typeof figures !== "object" || figures === null) return null;
  const facts = Object.entries(figures).flatMap(([name, value]) =>
    typeof value === "number" ? [{ label: word("sheet", name), value: <Figure name={name} value={value} /> }] : [],
  );
  return (
    <Panel title={word("sheet.area", area)}>
      <Facts facts={facts} />
    </Panel>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return name.endsWith("_minor") ? <Money value={fromMinor(value)} /> : <Count value={value} />;
}

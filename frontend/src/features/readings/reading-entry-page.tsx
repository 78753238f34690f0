import { Button, Group, Progress, Select, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { ReadingIn, RegisterToReadOut } from "@/api";
import { EntryCell } from "@/features/readings/entry-cell";
import { toRead, toReadKey } from "@/features/readings/queries";
import { formatCount } from "@/lib/amounts";
import { dayBefore, typedDate } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { usePeriod } from "@/lib/workplace";
import { Day, Identifier, Quantity, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { useListSearch } from "@/ui/list-search";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";

const KINDS = ["ACTUAL", "CUSTOMER"] as const;
const idOf = (row: RegisterToReadOut) => row.register_id;

/** The round of a month on one sheet: a dial, Enter, the next dial. */
export function ReadingEntryPage() {
  const { say } = useSay();
  const word = useWord();
  const queries = useQueryClient();
  const [search, change] = useListSearch(true);
  const [kind, setKind] = useState<ReadingIn["kind"]>("ACTUAL");
  const [sheet, setSheet] = useState(0);
  const [, monthEnd] = usePeriod();
  const day = typedDate(search["read_date"] ?? "") ?? dayBefore(monthEnd);
  const choices = ["false", "true"].map((value) => ({ value, label: say(value === "true" ? "round.read" : "round.missing") }));
  const filters: Filter[] = [
    { name: "branch_id", label: "customer.branch", kind: "branch" },
    { name: "read_date", label: "round.day", kind: "date", fallback: dayBefore(monthEnd) },
    { name: "search", label: "round.search", kind: "text" },
    { name: "is_read", label: "round.state", kind: "choice", choices },
  ];
  const columns: Column<RegisterToReadOut>[] = [
    { name: "place", title: "round.place", show: (row) => <Place row={row} /> },
    {
      name: "meter",
      title: "reading.meter", fields: ["meter_serial"],
      show: (row) => (
        <>
          <Identifier value={row.meter_serial} />
          <Text size="xs" c="dimmed">
            {word("register", row.register)}
          </Text>
        </>
      ),
    },
    { name: "previous", title: "round.previous", show: (row) => <Previous row={row} />, isNumber: true },
    {
      name: "dial",
      title: "reading.value",
      show: (row) => (
        <EntryCell
          key={`${row.register_id} ${day} ${kind}`}
          row={row}
          day={day}
          kind={kind}
          onSent={() => void queries.invalidateQueries({ queryKey: countKey })}
        />
      ),
    },
  ];
  useEffect(() => {
    if (sheet > 0) document.querySelector<HTMLInputElement>(".dial input")?.focus();
  }, [sheet]);
  const isOfMissing = search["is_read"] === "false";
  const { data: sheets } = useQuery(toRead({ query: { read_date: day, page_size: 1 } }));
  const countKey = toReadKey({ query: { read_date: day, page_size: 1 } });

  /** What was read leaves a sheet of what is missing, so the next sheet is the first again. */
  async function next() {
    change({ page: isOfMissing ? undefined : String(Number(search["page"] ?? "1") + 1) });
    await queries.invalidateQueries({ queryKey: toReadKey(), refetchType: "active" });
    setSheet(sheet + 1);
  }

  return (
    <Page title={say("round.title")} actions={<Read day={day} />}>
      <Group gap="xs" align="flex-end">
        <Select
          size="xs"
          w={220}
          label={say("reading.kind")}
          data={KINDS.map((value) => ({ value, label: word("reading.kind", value) }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(KINDS.find((one) => one === value) ?? "ACTUAL")}
        />
        <Text size="xs" c="dimmed" pb={6}>
          {say("round.how")}
        </Text>
      </Group>
      <ResourceTable
        name="registers-to-read"
        caption="round.title"
        address="/api/v1/registers-to-read"
        query={(told) => toRead({ query: { ...told, read_date: day } })}
        columns={columns}
        filters={filters}
        idOf={idOf}
        empty={{ title: "round.empty.title", next: "round.empty.next" }}
      />
      {sheets?.count ? (
        <Group justify="flex-end">
          <Button className="after-dials" variant="default" rightSection={<IconArrowRight size={14} aria-hidden />} onClick={() => void next()}>
            {say("round.next")}
          </Button>
        </Group>
      ) : null}
    </Page>
  );
}

function Place({ row }: { row: RegisterToReadOut }) {
  const place = [row.settlement, `${row.street} ${row.building}`.trim(), row.flat].filter(Boolean).join(", ");
  return (
    <>
      {place}
      {row.account_id && row.account_number ? (
        <Text size="xs" c="dimmed" className="with-link">
          <To to={`/accounts/${row.account_id}`}>{row.account_number}</To> {row.holder}
        </Text>
      ) : null}
    </>
  );
}

function Previous({ row }: { row: RegisterToReadOut }) {
  if (row.previous_value === null || row.previous_date === null) return <Unknown />;
  return (
    <>
      <Quantity value={row.previous_value} />
      <Text size="xs" c="dimmed">
        <Day value={dayBefore(row.previous_date)} />
      </Text>
    </>
  );
}

/** How far the round has come. */
function Read({ day }: { day: string }) {
  const { say, language } = useSay();
  const { data: all } = useQuery(toRead({ query: { read_date: day, page_size: 1 } }));
  const { data: read } = useQuery(toRead({ query: { read_date: day, page_size: 1, is_read: true } }));
  if (!all || !read) return null;
  const text = say("round.progress", { read: formatCount(read.count, language), all: formatCount(all.count, language) });
  return (
    <Group gap="xs">
      <Text size="sm" role="status" className="number">
        {text}
      </Text>
      <Progress.Root size="md" w={140}>
        <Progress.Section value={all.count ? (100 * read.count) / all.count : 0} aria-label={text} />
      </Progress.Root>
    </Group>
  );
}

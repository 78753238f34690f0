import { Button, Group, Select, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { ZoneLossOut } from "@/api";
import { type Asked, entities, lossesFile, lossesReport } from "@/features/losses/queries";
import { useMay } from "@/lib/access";
import { latestMonths } from "@/lib/dates";
import { saveAs } from "@/lib/downloads";
import { type TextKey, useSay } from "@/lib/texts";
import { Count, Identifier, Percent, Quantity, Unknown } from "@/ui/figures";
import { useListSearch } from "@/ui/list-search";
import { Page } from "@/ui/page";
import { Empty, ProblemAlert, Waiting } from "@/ui/states";

const MONTHS = 24;
const SHOWN = 3;
const monthName = (month: string) => `${month.slice(5, 7)}.${month.slice(0, 4)}`;

/** What goes into each zone and is neither billed nor measured, month by month. */
export function LossesPage() {
  const { say } = useSay();
  const [search, change] = useListSearch(true);
  const { data: enterprises } = useQuery(entities());
  const months = latestMonths(MONTHS);
  const chosen = {
    entity: search["legal_entity_id"] ?? enterprises?.results[0]?.id ?? "",
    from: search["from"] ?? months[SHOWN] ?? "",
    to: search["to"] ?? months[1] ?? "",
  };
  const asked: Asked = {
    legal_entity_id: chosen.entity,
    from_month: `${chosen.from}-01`,
    to_month: `${chosen.to}-01`,
    ...(search["main_point_id"] ? { main_point_id: search["main_point_id"] } : {}),
  };
  const month = (name: "from" | "to", label: TextKey) => (
    <Select
      size="xs"
      w={120}
      label={say(label)}
      data={months.map((value) => ({ value, label: monthName(value) }))}
      value={chosen[name]}
      allowDeselect={false}
      onChange={(value) => change({ [name]: value ?? undefined })}
    />
  );
  return (
    <Page title={say("place.losses")} actions={<Files asked={asked} />}>
      <Group gap="xs" align="flex-end">
        {(enterprises?.count ?? 0) > 1 ? (
          <Select
            size="xs"
            label={say("run.entity")}
            data={(enterprises?.results ?? []).map(({ id, short_name }) => ({ value: id, label: short_name }))}
            value={chosen.entity}
            allowDeselect={false}
            onChange={(value) => change({ legal_entity_id: value ?? undefined })}
          />
        ) : null}
        {month("from", "losses.from")}
        {month("to", "losses.to")}
        {search["main_point_id"] ? (
          <Button size="xs" variant="subtle" onClick={() => change({ main_point_id: undefined })}>
            {say("losses.every_zone")}
          </Button>
        ) : null}
      </Group>
      {chosen.entity ? <Report asked={asked} /> : <Waiting />}
    </Page>
  );
}

function Report({ asked }: { asked: Asked }) {
  const { say } = useSay();
  const { data, error, refetch } = useQuery(lossesReport({ query: asked }));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (!data.length) return <Empty title={say("losses.empty.title")}>{say("losses.empty.next")}</Empty>;
  const known = (value: string | null, show: (value: string) => ReactNode) => (value === null ? <Unknown /> : show(value));
  const cells = (row: ZoneLossOut): ReactNode[] => {
    const quantity = (value: string) => <Quantity value={value} unit={row.unit} />;
    return [
      known(row.input, quantity),
      quantity(row.billed),
      quantity(row.unbilled),
      known(row.loss, quantity),
      known(row.loss_percent, (value) => <Percent value={value} />),
      <Count key="unread" value={row.unread_points} />,
    ];
  };
  const heads: TextKey[] = ["losses.input", "losses.billed", "losses.unbilled", "losses.loss", "losses.percent", "losses.unread"];
  return (
    <section className="panel" style={{ padding: 16, overflowX: "auto" }} tabIndex={0} aria-label={say("place.losses")}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say("losses.zone")}</Table.Th>
            <Table.Th>{say("losses.month")}</Table.Th>
            {heads.map((head) => (
              <Table.Th key={head} ta="right">
                {say(head)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((row) => (
            <Table.Tr key={`${row.common_meter_id} ${row.month}`}>
              <Table.Td>
                <Identifier value={row.main_point_code} />
                {row.is_negative ? <Negative /> : null}
              </Table.Td>
              <Table.Td className="number">{monthName(row.month)}</Table.Td>
              {cells(row).map((cell, place) => (
                <Table.Td key={heads[place]} ta="right">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Negative() {
  const { say } = useSay();
  return (
    <Group gap={4} wrap="nowrap">
      <IconAlertTriangle size={14} aria-hidden color="var(--mantine-color-error)" />
      <Text size="xs">{say("losses.negative")}</Text>
    </Group>
  );
}

function Files({ asked }: { asked: Asked }) {
  const may = useMay();
  const save = useMutation({
    mutationFn: async (kind: "csv" | "xlsx") => saveAs(await lossesFile(asked, kind), `losses.${kind}`),
  });
  if (!may("downloadLossesReport") || !asked.legal_entity_id) return null;
  return (["xlsx", "csv"] as const).map((kind) => (
    <Button
      key={kind}
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
      loading={save.isPending && save.variables === kind}
      onClick={() => save.mutate(kind)}
    >
      {kind.toUpperCase()}
    </Button>
  ));
}

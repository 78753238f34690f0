import { ActionIcon, Checkbox, Group, Menu, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconColumns3 } from "@tabler/icons-react";
import { keepPreviousData, type QueryKey, useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { DataTable, type DataTableColumn } from "mantine-datatable";
import { type ReactNode, useEffect } from "react";

import type { ExportColumnIn } from "@/api";
import { formatCount } from "@/lib/amounts";
import { type Say, type TextKey, useSay } from "@/lib/texts";
import { useExportWords } from "@/ui/export-words";
import { ExportMenu } from "@/ui/export-menu";
import { useWorkplace } from "@/lib/workplace";
import { type Filter, FilterBar } from "@/ui/filter-bar";
import { rememberListed, useListSearch } from "@/ui/list-search";
import { useRowCursor } from "@/ui/row-cursor";
import { SavedFilters } from "@/ui/saved-filters";
import { Empty, ProblemAlert } from "@/ui/states";

const PAGE_SIZE = 25;
const NO_FILTERS: Filter[] = [];
const NO_KEYS = {};

export interface Column<Row> {
  name: string;
  title: TextKey;
  show: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Not shown until somebody chooses it. */
  isExtra?: boolean;
  /** What of the row an exported file has in this column: one field, or the two ends of a period. */
  fields?: Field<Row>[];
  /** Whose words a file has in place of codes: the first part of their keys in the catalogue, or those of the tariffs. */
  words?: string;
}

/** A field of a row, or of its parts: "terms.valid_from". */
type Field<Row> = (keyof Row & string) | `${keyof Row & string}.${string}`;

interface Listed<Row> {
  count: number;
  page: number;
  page_size: number;
  results: Row[];
}

/** The page; the filters of the list travel along under their own names. */
export interface PageSearch {
  page: number;
  page_size: number;
}

interface ResourceTableProps<Row, Failure, Key extends QueryKey> {
  name: string;
  caption: TextKey;
  query: (search: PageSearch) => UseQueryOptions<Listed<Row>, Failure, Listed<Row>, Key>;
  columns: Column<Row>[];
  idOf: (row: Row) => string;
  filters?: Filter[];
  /** A list inside a record keeps its page to itself. */
  isInside?: boolean;
  /** The list's address in the interface; with it the list can be exported. */
  address?: string;
  /** What a key does to the row in hand. */
  rowKeys?: Record<string, (row: Row) => void>;
  empty: { title: TextKey; next: TextKey };
}

/** A server-paged list: filters in the address, columns by choice, rows that link. */
export function ResourceTable<Row, Failure, Key extends QueryKey>(props: ResourceTableProps<Row, Failure, Key>) {
  const { say, language } = useSay();
  const { name, columns, idOf, filters = NO_FILTERS, isInside = false } = props;
  const [search, change] = useListSearch(!isInside);
  const [hidden, setHidden] = useLocalStorage<string[]>({
    key: `rachun.hidden.${name}`,
    defaultValue: columns.filter((column) => column.isExtra).map((column) => column.name),
    getInitialValueInEffect: false,
  });
  const page = Math.max(1, Number.parseInt(search["page"] ?? "1", 10) || 1);
  const { branchId } = useWorkplace();
  const wordsOf = useExportWords(columns.flatMap(({ words }) => words ?? []));
  const wanted = wantedOf(filters, search, branchId);
  const query = props.query({ ...wanted, page, page_size: PAGE_SIZE });
  const { data, error, isFetching, refetch } = useQuery({ ...query, placeholderData: keepPreviousData });
  const rows = data?.results;
  useEffect(() => {
    if (rows) rememberListed(name, rows.map(idOf));
  }, [name, rows, idOf]);
  const cursor = useRowCursor(rows, props.rowKeys ?? NO_KEYS, !isInside);
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  const isFiltered = filters.some(({ name: of }) => search[of]);
  const shown = columns.filter((column) => !hidden.includes(column.name));
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <FilterBar filters={filters} search={search} onChange={change} />
        <Group gap="xs">
          <Text size="xs" c="dimmed" role="status">
            {data ? say("table.count", { count: data.count, shown: formatCount(data.count, language) }) : ""}
          </Text>
          {filters.length && !isInside ? (
            <SavedFilters
              list={name}
              current={Object.fromEntries(filters.flatMap(({ name: of }) => (search[of] ? [[of, search[of]]] : [])))}
              names={filters.map(({ name: of }) => of)}
              onChoose={change}
            />
          ) : null}
          {props.address ? (
            <ExportMenu
              address={exportAddress(props.address, query.queryKey)}
              name={name}
              columns={exportColumns(shown, say, wordsOf)}
            />
          ) : null}
          <ColumnMenu columns={columns} hidden={hidden} onChange={setHidden} />
        </Group>
      </Group>
      {data?.count === 0 ? (
        <div className="panel">
          <Empty title={say(isFiltered ? "table.nothing" : props.empty.title)}>
            {say(isFiltered ? "table.nothing.next" : props.empty.next)}
          </Empty>
        </div>
      ) : (
        <DataTable
          className="panel"
          records={rows ?? []}
          columns={shown.map((column) => toColumn(column, say(column.title)))}
          idAccessor={idOf}
          fetching={isFetching && !data}
          minHeight={data ? undefined : 240}
          verticalSpacing={6}
          fz="sm"
          highlightOnHover
          bodyRef={cursor.body}
          rowClassName={(_row, place) => (place === cursor.at ? "row-in-hand" : undefined)}
          customRowAttributes={(_row, place) => (place === cursor.at ? { "aria-current": "true" } : {})}
          page={page}
          onPageChange={(next) => change({ page: next > 1 ? String(next) : undefined })}
          totalRecords={data?.count ?? 0}
          recordsPerPage={PAGE_SIZE}
          paginationSize="sm"
          paginationText={({ from, to, totalRecords }) => say("table.range", { from, to, count: totalRecords })}
          noRecordsText=""
          loadingText={say("state.loading")}
          getPaginationControlProps={(control) => ({ "aria-label": say(`table.${control}`) })}
        />
      )}
    </Stack>
  );
}

/** The address of the whole list behind a query of one page: its filters and those of the record it belongs to. */
function exportAddress(address: string, key: QueryKey): string {
  const asked = (key[0] ?? {}) as { query?: Record<string, unknown>; path?: Record<string, unknown> };
  const path = address.replace(/\{(\w+)\}/g, (_whole, name: string) => String(asked.path?.[name] ?? ""));
  const filters = Object.entries(asked.query ?? {}).filter(([name]) => name !== "page" && name !== "page_size");
  const text = new URLSearchParams(filters.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

function exportColumns<Row>(columns: Column<Row>[], say: Say, wordsOf: (of: string) => Record<string, string>): ExportColumnIn[] {
  return columns.flatMap(({ fields = [], title, words }) =>
    fields.map((field, place) => {
      const end = fields.length > 1 ? `, ${say(place === 0 ? "filter.from" : "filter.before")}` : "";
      return { field, title: `${say(title)}${end}`, words: words ? wordsOf(words) : {} };
    }),
  );
}

function wantedOf(filters: Filter[], search: Record<string, string>, branchId: string): Record<string, string> {
  const values = filters.map(
    ({ name, kind, fallback }) => [name, search[name] ?? (kind === "branch" ? branchId : (fallback ?? ""))] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value));
}

function toColumn<Row>(column: Column<Row>, title: string): DataTableColumn<Row> {
  return {
    accessor: column.name,
    title,
    render: (row) => column.show(row),
    textAlign: column.isNumber ? "right" : "left",
    noWrap: column.isNumber ?? false,
  };
}

interface ColumnMenuProps<Row> {
  columns: Column<Row>[];
  hidden: string[];
  onChange: (hidden: string[]) => void;
}

function ColumnMenu<Row>({ columns, hidden, onChange }: ColumnMenuProps<Row>) {
  const { say } = useSay();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={28} aria-label={say("table.columns")}>
          <IconColumns3 size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ name, title }) => (
          <Menu.Item
            key={name}
            role="menuitemcheckbox"
            aria-checked={!hidden.includes(name)}
            onClick={() => onChange(hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name])}
            leftSection={<Checkbox.Indicator size="xs" checked={!hidden.includes(name)} />}
          >
            {say(title)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

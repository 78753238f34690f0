import { Loader, MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { pointsFound } from "@/features/common-meters/queries";

const FOUND = 20;
const PAUSE_MS = 200;

function useFound(typed: string) {
  const [asked] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const query = asked ? { search: asked, page_size: FOUND } : { page_size: FOUND };
  const { data, isFetching } = useQuery({ ...pointsFound({ query }), placeholderData: keepPreviousData });
  const found = (data?.results ?? []).map(({ id, code, address }) => ({ value: id, label: `${code} · ${address}` }));
  return { found, isFetching };
}

interface PointFieldProps {
  label: string;
  description?: string;
  error: string | undefined;
}

interface OneProps extends PointFieldProps {
  value: string;
  onChange: (id: string) => void;
}

/** One service point, found by code or address. */
export function PointField({ value, onChange, ...look }: OneProps) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  const { found, isFetching } = useFound(chosen?.label === typed ? "" : typed);
  const data = chosen && !found.some((one) => one.value === chosen.value) ? [...found, chosen] : found;
  return (
    <Select
      {...look}
      data={data}
      filter={({ options }) => options}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      value={value || null}
      rightSection={isFetching ? <Loader size={14} /> : null}
      onChange={(id) => {
        setChosen(data.find((one) => one.value === id) ?? null);
        onChange(id ?? "");
      }}
    />
  );
}

interface ManyProps extends PointFieldProps {
  value: string[];
  onChange: (ids: string[]) => void;
}

/** Several, in the order in which they were chosen. */
export function PointsField({ value, onChange, ...look }: ManyProps) {
  const [typed, setTyped] = useState("");
  const [names, setNames] = useState<Record<string, string>>({});
  const { found, isFetching } = useFound(typed);
  const kept = value.filter((id) => !found.some((one) => one.value === id)).map((id) => ({ value: id, label: names[id] ?? id }));
  return (
    <MultiSelect
      {...look}
      data={[...found, ...kept]}
      filter={({ options }) => options}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      value={value}
      rightSection={isFetching ? <Loader size={14} /> : null}
      onChange={(ids) => {
        setNames({ ...names, ...Object.fromEntries(found.map((one) => [one.value, one.label])) });
        onChange(ids);
      }}
    />
  );
}

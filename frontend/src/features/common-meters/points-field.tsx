import { Loader, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { pointsFound } from "@/features/common-meters/queries";

const FOUND = 20;
const PAUSE_MS = 200;

export interface Found {
  value: string;
  label: string;
}

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
  isFocused?: boolean;
}

interface OneProps extends PointFieldProps {
  value: string;
  /** What the choice is called as well, so that a list need not ask for it again. */
  onChange: (id: string, chosen: Found | null) => void;
}

/** One service point, found by code or address. */
export function PointField({ value, onChange, isFocused = false, ...look }: OneProps) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<Found | null>(null);
  const { found, isFetching } = useFound(chosen?.label === typed ? "" : typed);
  const data = chosen && !found.some((one) => one.value === chosen.value) ? [...found, chosen] : found;
  return (
    <Select
      {...look}
      autoFocus={isFocused}
      data={data}
      filter={({ options }) => options}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      value={value || null}
      rightSection={isFetching ? <Loader size={14} /> : null}
      onChange={(id) => {
        const found = data.find((one) => one.value === id) ?? null;
        setChosen(found);
        onChange(id ?? "", found);
      }}
    />
  );
}

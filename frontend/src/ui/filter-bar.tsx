import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { formatDate, typedDate } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import type { ListSearch } from "@/ui/list-search";

export interface Filter {
  name: string;
  label: TextKey;
  /** link: comes with an address and is only shown then, to be taken off again. branch: that of the top bar. */
  kind: "text" | "date" | "choice" | "link" | "branch";
  choices?: { value: string; label: string }[];
  /** What the list takes while nobody has chosen. */
  fallback?: string;
}

interface FilterBarProps {
  filters: Filter[];
  search: ListSearch;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function FilterBar({ filters, search, onChange }: FilterBarProps) {
  const { say } = useSay();
  const isFiltered = filters.some((filter) => search[filter.name]);
  const change = (name: string, value: string) => onChange({ [name]: value || undefined, page: undefined });
  return (
    <Group gap="xs" align="flex-end">
      {filters.map((filter) =>
        filter.kind === "branch" ? null : filter.kind === "link" ? (
          search[filter.name] ? (
            <Button
              key={filter.name}
              size="xs"
              variant="default"
              rightSection={<IconX size={12} aria-hidden />}
              aria-label={`${say("filter.clear")}: ${say(filter.label)}`}
              onClick={() => change(filter.name, "")}
            >
              {say(filter.label)}
            </Button>
          ) : null
        ) : filter.kind === "choice" ? (
          <Select
            key={filter.name}
            size="xs"
            w={180}
            label={say(filter.label)}
            placeholder={say("filter.any")}
            data={filter.choices ?? []}
            value={search[filter.name] ?? filter.fallback ?? null}
            onChange={(value) => change(filter.name, value ?? "")}
            clearable
            clearButtonProps={{ "aria-label": say("filter.clear") }}
          />
        ) : (
          <TypedFilter
            key={filter.name}
            filter={filter}
            value={search[filter.name] ?? filter.fallback ?? ""}
            onChange={(value) => change(filter.name, value)}
          />
        ),
      )}
      {isFiltered ? (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => onChange({ page: undefined, ...Object.fromEntries(filters.map(({ name }) => [name, undefined])) })}
        >
          {say("filter.clear")}
        </Button>
      ) : null}
    </Group>
  );
}

function TypedFilter({ filter, value, onChange }: { filter: Filter; value: string; onChange: (value: string) => void }) {
  const { say } = useSay();
  const isDate = filter.kind === "date";
  const shown = isDate && value ? formatDate(value) : value;
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  const read = (text: string) => (isDate && text ? typedDate(text) : text.trim());
  const tell = useDebouncedCallback((text: string) => {
    const told = read(text);
    if (told !== null) onChange(told);
  }, 300);
  return (
    <TextInput
      size="xs"
      w={isDate ? 130 : 180}
      label={say(filter.label)}
      placeholder={isDate ? say("date.form") : undefined}
      value={typed}
      error={read(typed) === null}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}

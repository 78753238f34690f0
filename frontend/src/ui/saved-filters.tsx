import { ActionIcon, Button, Group, Menu, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconBookmark, IconX } from "@tabler/icons-react";
import { useState } from "react";

import { useSay } from "@/lib/texts";
import type { ListSearch } from "@/ui/list-search";

interface SavedFiltersProps {
  list: string;
  /** The filters of the moment, without the page. */
  current: ListSearch;
  names: string[];
  onChoose: (filters: Record<string, string | undefined>) => void;
}

/** Filters under a name, kept on this computer; the address of the list is the way to share them. */
export function SavedFilters({ list, current, names, onChoose }: SavedFiltersProps) {
  const { say } = useSay();
  const [saved, setSaved] = useLocalStorage<Record<string, ListSearch>>({ key: `rachun.filters.${list}`, defaultValue: {}, getInitialValueInEffect: false });
  const [name, setName] = useState("");
  const clear = Object.fromEntries(names.map((one) => [one, undefined]));
  function keep() {
    if (!name.trim()) return;
    setSaved({ ...saved, [name.trim()]: current });
    setName("");
  }
  return (
    <Menu position="bottom-end" width={260} closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={28} aria-label={say("filters.saved")}>
          <IconBookmark size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(saved).map(([one, filters]) => (
          <Group key={one} gap={4} wrap="nowrap">
            <Menu.Item flex={1} onClick={() => onChoose({ ...clear, ...filters, page: undefined })}>
              {one}
            </Menu.Item>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={say("filters.forget", { name: one })}
              onClick={() => setSaved(Object.fromEntries(Object.entries(saved).filter(([other]) => other !== one)))}
            >
              <IconX size={12} />
            </ActionIcon>
          </Group>
        ))}
        <Group gap={6} p={6} wrap="nowrap" align="flex-end">
          <TextInput
            size="xs"
            flex={1}
            label={say("filters.name")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              event.stopPropagation(); // the menu would take letters for its own items
              if (event.key === "Enter") keep();
            }}
          />
          <Button size="xs" onClick={keep} disabled={!name.trim() || !Object.keys(current).length}>
            {say("action.save")}
          </Button>
        </Group>
      </Menu.Dropdown>
    </Menu>
  );
}

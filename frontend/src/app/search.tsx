import { Kbd, Loader, Modal, NavLink, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue, useDisclosure, useHotkeys } from "@mantine/hooks";
import {
  IconAddressBook,
  IconFileInvoice,
  IconGauge,
  IconHome2,
  IconPhone,
  IconSearch,
  IconUsers,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { HitOut } from "@/api";
import { searchOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { useWord } from "@/ui/states";

const SHOWN = 9;

interface Found {
  to: string;
  title: string;
  about: string;
  icon: typeof IconSearch;
}

/** One field for everything that can be found. */
export function Search() {
  const { say } = useSay();
  const [isOpen, dialog] = useDisclosure();
  useHotkeys([
    ["/", dialog.open],
    ["mod+K", dialog.open, { usePhysicalKeys: true }],
  ]);
  return (
    <>
      <UnstyledButton
        onClick={dialog.open}
        className="panel"
        style={{ display: "flex", alignItems: "center", gap: 8, height: 30, padding: "0 10px", width: 300, minWidth: 36, flexShrink: 1 }}
      >
        <IconSearch size={15} aria-hidden />
        <Text size="sm" c="dimmed" truncate flex={1}>
          {say("search.label")}
        </Text>
        <Kbd size="xs" aria-hidden visibleFrom="sm">
          {"/"}
        </Kbd>
      </UnstyledButton>
      <Modal opened={isOpen} onClose={dialog.close} title={say("search.label")} size="lg" closeButtonProps={{ "aria-label": say("action.close") }}>
        <SearchField onDone={dialog.close} />
      </Modal>
    </>
  );
}

const ICONS = {
  ACCOUNT: IconAddressBook,
  PARTY: IconUsers,
  PREMISE: IconHome2,
  METER: IconGauge,
  NUMBER: IconPhone,
  BILL: IconFileInvoice,
};

/** A hit leads to its own page, or to the one account it belongs to. */
function addressOf(hit: HitOut): string {
  if (hit.kind === "ACCOUNT") return `/accounts/${hit.id}`;
  if (hit.kind === "BILL") return `/bills/${hit.id}`;
  if (hit.account_id) return `/accounts/${hit.account_id}`;
  if (hit.kind === "PARTY") return `/parties/${hit.id}`;
  if (hit.kind === "METER") return `/readings?meter_serial=${encodeURIComponent(hit.title)}`;
  return `/accounts?search=${encodeURIComponent(hit.title)}`;
}

function useFound(text: string): { found: Found[]; isLooking: boolean } {
  const word = useWord();
  const may = useMay();
  const isAsked = text.length > 1;
  const { data, isFetching } = useQuery({
    ...searchOptions({ query: { q: text } }),
    enabled: isAsked && may("search"),
    placeholderData: keepPreviousData,
  });
  if (!isAsked || !data) return { found: [], isLooking: isFetching };
  const found = data.slice(0, SHOWN).map((hit) => ({
    to: addressOf(hit),
    title: hit.title,
    about: [word("hit", hit.kind), hit.detail, hit.account_number].filter(Boolean).join(" · "),
    icon: ICONS[hit.kind],
  }));
  return { found, isLooking: isFetching };
}

function SearchField({ onDone }: { onDone: () => void }) {
  const { say } = useSay();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const [at, setAt] = useState(0);
  const { found, isLooking } = useFound(asked);
  const chosen = Math.min(at, Math.max(found.length - 1, 0));
  function open(one: Found | undefined) {
    if (!one) return;
    onDone();
    void navigate({ to: one.to });
  }
  return (
    <Stack gap={4}>
      <TextInput
        data-autofocus
        aria-label={say("search.label")}
        placeholder={say("search.hint")}
        leftSection={isLooking ? <Loader size={14} /> : <IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
          else if (event.key === "Enter") open(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      {found.map((one, place) => (
        <NavLink
          key={`${one.to} ${one.title}`}
          component="button"
          label={one.title}
          description={one.about}
          leftSection={<one.icon size={16} aria-hidden />}
          active={place === chosen}
          onClick={() => open(one)}
        />
      ))}
      {asked.length > 1 && !isLooking && found.length === 0 ? (
        <Text size="sm" c="dimmed" p="xs">
          {say("search.nothing")}
        </Text>
      ) : null}
    </Stack>
  );
}

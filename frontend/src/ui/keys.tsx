import { Button, Kbd } from "@mantine/core";
import { type HotkeyItem, useHotkeys } from "@mantine/hooks";
import { IconPencil, IconPlus } from "@tabler/icons-react";

/** Whether something lies over the page that keys belong to first. */
export function isCovered(): boolean {
  return [...document.querySelectorAll("[role=dialog], [role=menu], [role=listbox]")].some((one) => one.checkVisibility());
}

const IN_FIELDS_TOO: string[] = []; // no kind of field swallows them

/**
 * Keys by their place on the keyboard, so that they work in a Cyrillic layout too; asleep below a dialog or menu.
 * Function keys write nothing, so they act in a field as well: a cashier's cursor always stands in one.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  const items = Object.entries(keys).map(([key, act]): HotkeyItem => [
    key,
    (event) => {
      if (isCovered()) return;
      event.preventDefault();
      act(event);
    },
    { preventDefault: false, usePhysicalKeys: true },
  ]);
  const isFunctionKey = ([key]: HotkeyItem) => /^F\d+$/.test(key);
  useHotkeys(items.filter((item) => !isFunctionKey(item)));
  useHotkeys(items.filter(isFunctionKey), IN_FIELDS_TOO);
}

interface MainButtonProps {
  label: string;
  onClick: () => void;
}

/** The main action of a page: n makes something new. */
export function NewButton({ label, onClick }: MainButtonProps) {
  useKeys({ n: onClick });
  return (
    <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} rightSection={<Key name="N" />} onClick={onClick}>
      {label}
    </Button>
  );
}

/** e changes what is shown. */
export function EditButton({ label, onClick }: MainButtonProps) {
  useKeys({ e: onClick });
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPencil size={14} aria-hidden />}
      rightSection={<Key name="E" />}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}

/** The key of a button, printed on it. */
export function Key({ name }: { name: string }) {
  return (
    <Kbd size="xs" aria-hidden visibleFrom="sm">
      {name}
    </Kbd>
  );
}

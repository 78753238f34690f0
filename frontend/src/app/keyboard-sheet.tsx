import { ActionIcon, Kbd, Modal, Table } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconKeyboard } from "@tabler/icons-react";

import { type TextKey, useSay } from "@/lib/texts";

const KEYS: { keys: string[]; text: TextKey }[] = [
  { keys: ["/", "Ctrl+K"], text: "keys.search" },
  { keys: ["?"], text: "keys.sheet" },
  { keys: ["J", "K", "↓", "↑"], text: "keys.walk" },
  { keys: ["N"], text: "keys.new" },
  { keys: ["E"], text: "keys.edit" },
  { keys: ["Tab"], text: "keys.tab" },
  { keys: ["Enter"], text: "keys.enter" },
  { keys: ["Esc"], text: "keys.escape" },
  { keys: ["[", "]"], text: "keys.neighbours" },
];

export function KeyboardSheet() {
  const { say } = useSay();
  const [isOpen, sheet] = useDisclosure();
  useHotkeys([["shift+?", sheet.toggle]]);
  return (
    <>
      <ActionIcon
        variant="subtle"
        visibleFrom="sm"
        color="gray"
        c="var(--mantine-color-text)"
        aria-label={say("keys.title")}
        onClick={sheet.open}
      >
        <IconKeyboard size={16} />
      </ActionIcon>
      <Modal
        opened={isOpen}
        onClose={sheet.close}
        title={say("keys.title")}
        closeButtonProps={{ "aria-label": say("action.close") }}
      >
        <Table>
          <Table.Tbody>
            {KEYS.map(({ keys, text }) => (
              <Table.Tr key={text}>
                <Table.Td>
                  {keys.map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Td>
                <Table.Td>{say(text)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}

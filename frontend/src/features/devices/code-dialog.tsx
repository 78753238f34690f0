import { Button, Code, Group, List, Modal, Stack, Text } from "@mantine/core";

import type { AgentCodeOut } from "@/api";
import { formatMoment } from "@/lib/dates";
import { useSay } from "@/lib/texts";

/** Seen once: the code, and what to do with it at the computer of the desk. */
export function CodeDialog({ told, onClose }: { told: AgentCodeOut; onClose: () => void }) {
  const { say } = useSay();
  return (
    <Modal
      opened
      onClose={onClose}
      title={say("agent.code.title", { name: told.agent.name })}
      closeButtonProps={{ "aria-label": say("action.close") }}
      size="lg"
    >
      <Stack gap="sm">
        <Text className="identifier" fz="1.75rem" fw={700} ta="center" data-testid="code">
          {told.code}
        </Text>
        <Text size="sm" ta="center">
          {say("agent.code.until", { moment: formatMoment(told.expires_at) })}
        </Text>
        <List type="ordered" size="sm" spacing={6}>
          <List.Item>{say("agent.code.install")}</List.Item>
          <List.Item>{say("agent.code.devices")}</List.Item>
          <List.Item>
            {say("agent.code.enrol")} <Code>{`rachun-agent enrol --code ${told.code}`}</Code>
          </List.Item>
        </List>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {say("agent.code.done")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

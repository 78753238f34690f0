import { Alert, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";

import type { CashDeskStateOut } from "@/api";
import { useSay } from "@/lib/texts";

/** How the register is, in words; loud only when something has to be done. */
export function RegisterState({ state }: { state: CashDeskStateOut }) {
  const { say } = useSay();
  if (!state.has_register) {
    return (
      <Text size="sm" c="dimmed">
        {say("cash.no_register", { reason: state.desk.no_register_reason })}
      </Text>
    );
  }
  if (state.needs_attention) {
    return (
      <Alert
        variant="outline"
        color="orange"
        icon={<IconAlertTriangle />}
        title={state.title}
        c="var(--mantine-color-text)"
        role="status"
      >
        {state.what_to_do}
      </Alert>
    );
  }
  return (
    <Group gap={6} role="status">
      <IconCircleCheck size={16} aria-hidden color="var(--mantine-color-anchor)" />
      <Text size="sm" c="dimmed">
        {state.title}
      </Text>
    </Group>
  );
}

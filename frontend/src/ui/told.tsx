import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { useSay } from "@/lib/texts";

interface ToldProps {
  title: string;
  value: string;
  onClose: () => void;
  children: ReactNode;
}

/** A number or a code to be read aloud or copied, large, and below it what to do with it. */
export function Told({ title, value, onClose, children }: ToldProps) {
  const { say } = useSay();
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": say("action.close") }} size="lg">
      <Stack gap="sm">
        <Text className="identifier" fz="1.75rem" fw={700} ta="center" data-testid="code">
          {value}
        </Text>
        {children}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {say("action.done")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

import { Button, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { SignInForm } from "@/app/sign-in-form";
import { meQuery } from "@/lib/access";
import { isExpired, onSessionChange } from "@/lib/session";
import { useSay } from "@/lib/texts";

/** The session ran out: the page and what was typed stay, the same person signs in on top of it. */
export function ExpiryDialog() {
  const { say } = useSay();
  const isOpen = useSyncExternalStore(onSessionChange, isExpired);
  const { data: me } = useQuery({ ...meQuery, enabled: false });
  return (
    <Modal
      opened={isOpen}
      onClose={() => undefined}
      title={say("expired.title")}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={400} // above every other dialog: what was typed there waits below
      centered
    >
      <Stack gap="sm">
        <Text size="sm">{say("expired.kept")}</Text>
        <SignInForm knownLogin={me?.login ?? ""} onDone={() => undefined} />
        <Button variant="subtle" size="xs" onClick={() => window.location.assign("/login")}>
          {say("expired.other")}
        </Button>
      </Stack>
    </Modal>
  );
}

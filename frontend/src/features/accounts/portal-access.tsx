import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { SubscriberLoginOut } from "@/api";
import { openPortal } from "@/features/accounts/queries";
import { formatMoment } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { Told } from "@/ui/told";

/** Lets the holder into the portal: no password is made here, only the number to sign in with. */
export function PortalAccessButton({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const [shown, setShown] = useState<"asked" | SubscriberLoginOut | null>(null);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setShown("asked")}>
        {say("portal.access")}
      </Button>
      {shown === "asked" ? <AskDialog accountId={accountId} onClose={() => setShown(null)} onDone={setShown} /> : null}
      {shown && shown !== "asked" ? <NumberDialog told={shown} onClose={() => setShown(null)} /> : null}
    </>
  );
}

interface AskProps {
  accountId: string;
  onClose: () => void;
  onDone: (told: SubscriberLoginOut) => void;
}

function AskDialog({ accountId, onClose, onDone }: AskProps) {
  const { say } = useSay();
  const form = useProblemForm({ initial: {}, submit: () => openPortal(accountId), onDone });
  return (
    <FormDialog title={say("portal.access")} submitLabel={say("portal.access.do")} form={form} onClose={onClose}>
      <Text size="sm">{say("portal.access.about")}</Text>
    </FormDialog>
  );
}

function NumberDialog({ told, onClose }: { told: SubscriberLoginOut; onClose: () => void }) {
  const { say } = useSay();
  return (
    <Told title={say("portal.access.id")} value={told.unique_id} onClose={onClose}>
      <Stack gap={4}>
        <Text size="sm">{say("portal.access.next")}</Text>
        {told.activated_at ? (
          <Text size="sm" c="dimmed">
            {say("portal.access.active", { moment: formatMoment(told.activated_at) })}
          </Text>
        ) : null}
      </Stack>
    </Told>
  );
}

import { Button, Group, Modal, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

import { useSay } from "@/lib/texts";
import { ProblemAlert } from "@/ui/states";

interface FormDialogProps {
  title: string;
  submitLabel: string;
  form: { submit: (event?: FormEvent) => Promise<void>; isBusy: boolean; problem: unknown };
  onClose: () => void;
  isReady?: boolean;
  size?: "md" | "lg";
  children: ReactNode;
}

/** A short form over the page: fields, what stands against it, two buttons. */
export function FormDialog({ title, submitLabel, form, onClose, isReady = true, size = "md", children }: FormDialogProps) {
  const { say } = useSay();
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={form.submit} noValidate>
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy} disabled={!isReady}>
              {submitLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

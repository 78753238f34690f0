import { Button, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";

import type { BillRunOut } from "@/api";
import { cancelRun } from "@/features/bill-runs/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";

const OPEN: BillRunOut["state"][] = ["DRAFT", "CALCULATED", "REVIEWED"];

/** Gives a run up while nothing of it is issued; why is kept. */
export function CancelRun({ run }: { run: BillRunOut }) {
  const { say } = useSay();
  const may = useMay();
  const [isOpen, dialog] = useDisclosure();
  if (!OPEN.includes(run.state) || !may("cancelBillRun")) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={dialog.open}>
        {say("run.cancel")}
      </Button>
      {isOpen ? <Why run={run} onClose={dialog.close} /> : null}
    </>
  );
}

function Why({ run, onClose }: { run: BillRunOut; onClose: () => void }) {
  const { say } = useSay();
  const queries = useQueryClient();
  const form = useProblemForm({
    initial: { why: "" },
    submit: ({ why }, key) => cancelRun(run.id, why, key),
    onDone: () => {
      void queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <FormDialog title={say("run.cancel")} submitLabel={say("run.cancel")} form={form} onClose={onClose}>
      <Text size="sm">{say("run.cancel.about")}</Text>
      <TextInput {...form.field("why")} label={say("held.reason")} maxLength={300} data-autofocus />
    </FormDialog>
  );
}

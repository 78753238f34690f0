import { Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { AccountOut } from "@/api";
import { accountDetail, accountToChange, changeAccount } from "@/features/accounts/queries";
import { useSay } from "@/lib/texts";
import type { Versioned } from "@/lib/versions";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

const DELIVERIES = ["PAPER", "EMAIL"] as const;

/** How the bills of an account travel. */
export function AccountDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(accountToChange(id));
  return data ? <LoadedDialog seen={data} onClose={onClose} /> : null;
}

function LoadedDialog({ seen: { record, version }, onClose }: { seen: Versioned<AccountOut>; onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const queries = useQueryClient();
  const form = useProblemForm<Record<string, string>, AccountOut>({
    initial: { delivery: record.delivery },
    submit: ({ delivery }) => changeAccount(record.id, version, { delivery: DELIVERIES.find((one) => one === delivery) ?? record.delivery }),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: accountDetail({ path: { id: record.id } }).queryKey });
      onClose();
    },
  });
  return (
    <FormDialog title={say("account.edit")} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <Select
        label={say("account.delivery")}
        data={DELIVERIES.map((value) => ({ value, label: word("delivery", value) }))}
        value={form.values["delivery"] ?? null}
        error={form.field("delivery").error}
        allowDeselect={false}
        onChange={(value) => form.set("delivery", value ?? "")}
        data-autofocus
      />
    </FormDialog>
  );
}

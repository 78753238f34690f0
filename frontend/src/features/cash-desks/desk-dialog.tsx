import { Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { CashDeskOut, DeviceOut } from "@/api";
import { addDesk, branches, changeDesk, deskToChange, desksKey, deviceList } from "@/features/cash-desks/queries";
import { useSay } from "@/lib/texts";
import type { Versioned } from "@/lib/versions";
import { useWorkplace } from "@/lib/workplace";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";

const TAX_LETTER = "А"; // of the registers in use; Cyrillic
const ALL = { query: { page_size: 200 } };
const EMPTY = { branch_id: "", code: "", name: "", register_id: "", no_register_reason: "", scanner_id: "", tax_letter: TAX_LETTER };
type Values = typeof EMPTY;

const factsOf = (values: Values) => ({
  name: values.name,
  register_id: values.register_id || null,
  no_register_reason: values.register_id ? "" : values.no_register_reason,
  scanner_id: values.scanner_id || null,
  tax_letter: values.tax_letter,
});

function useDeskForm(initial: Values, submit: (values: Values) => Promise<CashDeskOut>, onClose: () => void) {
  const queries = useQueryClient();
  return useProblemForm<Values, CashDeskOut>({
    initial,
    submit,
    onDone: () => {
      void queries.invalidateQueries({ queryKey: desksKey() });
      onClose();
    },
  });
}

export function NewDeskDialog({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const { branchId } = useWorkplace();
  const { data: places } = useQuery(branches(ALL));
  const only = places?.results.length === 1 ? (places.results[0]?.id ?? "") : branchId;
  const of = (values: Values) => values.branch_id || only;
  const form = useDeskForm(EMPTY, (values) => addDesk({ ...factsOf(values), branch_id: of(values), code: values.code }), onClose);
  return (
    <FormDialog title={say("till.new")} submitLabel={say("till.new.do")} form={form} onClose={onClose} isReady={of(form.values) !== ""}>
      <Select
        label={say("customer.branch")}
        data={(places?.results ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={of(form.values) || null}
        error={form.field("branch_id").error}
        allowDeselect={false}
        onChange={(value) => form.set("branch_id", value ?? "")}
      />
      <TextInput {...form.field("code")} label={say("till.code")} description={say("till.code.about")} autoComplete="off" data-autofocus />
      <Facts form={form} branchId={of(form.values)} />
    </FormDialog>
  );
}

export function ChangeDeskDialog({ desk, onClose }: { desk: CashDeskOut; onClose: () => void }) {
  const { data } = useQuery(deskToChange(desk.id));
  return data ? <LoadedDialog seen={data} onClose={onClose} /> : null;
}

function LoadedDialog({ seen: { record, version }, onClose }: { seen: Versioned<CashDeskOut>; onClose: () => void }) {
  const { say } = useSay();
  const initial = { ...record, register_id: record.register_id ?? "", scanner_id: record.scanner_id ?? "" };
  const form = useDeskForm(initial, (values) => changeDesk(record.id, version, factsOf(values)), onClose);
  return (
    <FormDialog title={say("till.change.title", { code: record.code })} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <Facts form={form} branchId={record.branch_id} />
    </FormDialog>
  );
}

function Facts({ form, branchId }: { form: ReturnType<typeof useDeskForm>; branchId: string }) {
  const { say } = useSay();
  const { data: devices } = useQuery({ ...deviceList({ query: { branch_id: branchId, page_size: 200 } }), enabled: branchId !== "" });
  const choices = (kind: DeviceOut["kind"]) =>
    (devices?.results ?? [])
      .filter((one) => one.kind === kind)
      .map(({ id, agent_name, key, title }) => ({ value: id, label: `${agent_name} · ${key} · ${title}` }));
  const choice = (name: "register_id" | "scanner_id") => ({
    value: form.values[name] || null,
    error: form.field(name).error,
    onChange: (value: string | null) => form.set(name, value ?? ""),
    clearable: true,
    clearButtonProps: { "aria-label": say("filter.clear") },
  });
  return (
    <>
      <TextInput {...form.field("name")} label={say("till.name")} autoComplete="off" />
      <Select {...choice("register_id")} label={say("till.register")} placeholder={say("till.register.none")} data={choices("REGISTER")} />
      {form.values.register_id ? (
        <TextInput {...form.field("tax_letter")} label={say("till.tax_letter")} description={say("till.tax_letter.about")} maxLength={1} />
      ) : (
        <TextInput {...form.field("no_register_reason")} label={say("till.no_register_reason")} autoComplete="off" />
      )}
      <Select {...choice("scanner_id")} label={say("till.scanner")} placeholder={say("till.scanner.none")} data={choices("SCANNER")} />
    </>
  );
}

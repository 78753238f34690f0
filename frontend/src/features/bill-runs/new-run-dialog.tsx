import { Group, Loader, MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { BillRunIn } from "@/api";
import { accountsFound, branches, createRun, legalEntities, runList } from "@/features/bill-runs/queries";
import { dayAfter, dayBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { usePeriod, useWorkplace } from "@/lib/workplace";
import { DateField } from "@/ui/date-field";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

const DUE_DAY = "20";
const KINDS = ["REGULAR", "SUPPLEMENTARY", "FINAL"] as const;

/** A regular run for the month that has ended; everything can be changed. */
export function NewRunDialog({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data: entities } = useQuery(legalEntities());
  const { data: places } = useQuery(branches({ query: { page_size: 200 } }));
  const [accounts, setAccounts] = useState<string[]>([]);
  const [from, end] = usePeriod();
  const { branchId } = useWorkplace();
  const only = entities?.results.length === 1 ? entities.results[0]?.id : undefined;
  const form = useProblemForm({
    initial: {
      legal_entity_id: "",
      kind: "REGULAR",
      branch_id: branchId,
      account_ids: "",
      period_from: from,
      period_to: dayBefore(end),
      document_date: dayBefore(end),
      due_date: `${end.slice(0, 8)}${DUE_DAY}`,
    },
    submit: (values, key) =>
      createRun(
        {
          ...values,
          legal_entity_id: values.legal_entity_id || (only ?? ""),
          kind: values.kind as BillRunIn["kind"],
          branch_id: values.branch_id || null,
          period_to: dayAfter(values.period_to),
          account_ids: values.kind === "FINAL" ? accounts : [],
        },
        key,
      ),
    onDone: (run) => {
      void queries.invalidateQueries({ queryKey: runList().queryKey });
      void navigate({ to: `/bill-runs/${run.id}` });
    },
  });
  const day = (name: "period_from" | "period_to" | "document_date" | "due_date") => ({
    name,
    value: form.values[name],
    error: form.field(name).error,
    onChange: (value: string) => form.set(name, value),
  });
  const choice = (name: "legal_entity_id" | "kind" | "branch_id") => ({
    value: form.values[name] || null,
    error: form.field(name).error,
    onChange: (value: string | null) => form.set(name, value ?? ""),
  });
  return (
    <FormDialog title={say("run.new")} submitLabel={say("run.create")} form={form} onClose={onClose} isReady={Boolean(entities)}>
      {only ? null : (
        <Select
          {...choice("legal_entity_id")}
          label={say("run.entity")}
          data={(entities?.results ?? []).map(({ id, short_name }) => ({ value: id, label: short_name }))}
        />
      )}
      <Group grow align="flex-start">
        <Select {...choice("kind")} label={say("run.kind")} data-autofocus data={KINDS.map((value) => ({ value, label: word("run.kind", value) }))} allowDeselect={false} />
        <Select
          {...choice("branch_id")}
          label={say("customer.branch")}
          placeholder={say("run.every_branch")}
          data={(places?.results ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          clearable
          clearButtonProps={{ "aria-label": say("filter.clear") }}
        />
      </Group>
      <Group grow align="flex-start">
        <DateField label={say("run.first_day")} {...day("period_from")} />
        <DateField label={say("run.last_day")} {...day("period_to")} />
      </Group>
      <Group grow align="flex-start">
        <DateField label={say("bill.date")} {...day("document_date")} />
        <DateField label={say("bill.due")} {...day("due_date")} />
      </Group>
      {form.values.kind !== "FINAL" ? null : (
        <Accounts
          chosen={accounts}
          error={form.field("account_ids").error}
          onChange={(ids) => {
            setAccounts(ids);
            form.set("account_ids", ids.join(" ")); // another intention needs another key
          }}
        />
      )}
    </FormDialog>
  );
}

interface AccountsProps {
  chosen: string[];
  error: string | undefined;
  onChange: (ids: string[]) => void;
}

function Accounts({ chosen, error, onChange }: AccountsProps) {
  const { say } = useSay();
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const [names, setNames] = useState<Record<string, string>>({});
  const { data, isFetching } = useQuery({ ...accountsFound({ query: { search: asked, page_size: 10 } }), enabled: asked.length > 1 });
  const found = (data?.results ?? []).map(({ id, number, party_name }) => ({ value: id, label: `${number} ${party_name}` }));
  const kept = chosen.filter((id) => !found.some((one) => one.value === id)).map((id) => ({ value: id, label: names[id] ?? id }));
  return (
    <MultiSelect
      label={say("run.accounts")}
      description={say("run.accounts.about")}
      data={[...found, ...kept]}
      filter={({ options }) => options}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      value={chosen}
      error={error}
      rightSection={isFetching ? <Loader size={14} /> : null}
      onChange={(ids) => {
        setNames({ ...names, ...Object.fromEntries(found.map((one) => [one.value, one.label])) });
        onChange(ids);
      }}
    />
  );
}

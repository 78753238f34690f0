import { Group, NumberInput, Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { BillPrintIn, BillRunOut } from "@/api";
import { branches, createPrint, printsOfRun } from "@/features/bill-runs/queries";
import { useSay } from "@/lib/texts";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

const ORDERS = ["ROUTE", "NUMBER", "ACCOUNT"] as const;
const FORMS = ["MERGED", "SINGLE"] as const;
const SPLITS = ["yes", "no"] as const;
const EVERY = "EVERY";

/** What of the run goes on paper, in which order, in files of which size. */
export function PrintDialog({ run, onClose }: { run: BillRunOut; onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const queries = useQueryClient();
  const { data: places } = useQuery(branches({ query: { page_size: 200 } }));
  const form = useProblemForm({
    initial: {
      branch_id: run.branch_id ?? "",
      delivery: "PAPER",
      order: "ROUTE",
      form: "MERGED",
      is_split_by_branch: "yes",
      bills_per_file: "1000",
      megabytes_per_file: "100",
    },
    submit: (values, key) =>
      createPrint(
        {
          run_id: run.id,
          legal_entity_id: null,
          document_date_from: null,
          document_date_before: null,
          branch_id: values.branch_id || null,
          delivery: values.delivery === EVERY ? null : (values.delivery as "PAPER" | "EMAIL"),
          order: values.order as BillPrintIn["order"],
          form: values.form as BillPrintIn["form"],
          is_split_by_branch: values.is_split_by_branch === "yes",
          bills_per_file: Number(values.bills_per_file),
          megabytes_per_file: Number(values.megabytes_per_file),
        },
        key,
      ),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: printsOfRun({ query: { run_id: run.id, page_size: 20 } }).queryKey });
      onClose();
    },
  });
  const choice = (name: "branch_id" | "delivery" | "order" | "form" | "is_split_by_branch") => ({
    value: form.values[name] || null,
    error: form.field(name).error,
    onChange: (value: string | null) => form.set(name, value ?? ""),
  });
  const number = (name: "bills_per_file" | "megabytes_per_file") => ({
    value: form.values[name],
    error: form.field(name).error,
    onChange: (value: string | number) => form.set(name, String(value)),
    allowDecimal: false,
    allowNegative: false,
  });
  return (
    <FormDialog title={say("print.all")} submitLabel={say("print.start")} form={form} onClose={onClose}>
      <Group grow align="flex-start">
        <Select
          {...choice("delivery")}
          label={say("account.delivery")}
          allowDeselect={false}
          data={[
            ...(["PAPER", "EMAIL"] as const).map((value) => ({ value, label: word("delivery", value) })),
            { value: EVERY, label: say("print.every_delivery") },
          ]}
        />
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
        <Select
          {...choice("order")}
          label={say("print.order")}
          allowDeselect={false}
          data={ORDERS.map((value) => ({ value, label: word("print.order", value) }))}
        />
        <Select
          {...choice("is_split_by_branch")}
          label={say("print.split")}
          allowDeselect={false}
          data={SPLITS.map((value) => ({ value, label: word("print.split", value) }))}
        />
      </Group>
      <Select
        {...choice("form")}
        label={say("print.form")}
        allowDeselect={false}
        data={FORMS.map((value) => ({ value, label: word("print.form", value) }))}
      />
      <Group grow align="flex-start">
        <NumberInput {...number("bills_per_file")} label={say("print.bills_per_file")} min={1} max={20000} />
        <NumberInput {...number("megabytes_per_file")} label={say("print.megabytes_per_file")} min={5} max={2000} />
      </Group>
    </FormDialog>
  );
}

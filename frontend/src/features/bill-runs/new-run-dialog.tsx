import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { createRun, legalEntities, runList } from "@/features/bill-runs/queries";
import { dayAfter, dayBefore, monthBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { DateField } from "@/ui/date-field";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

const DUE_DAY = "20";

/** A regular run for the month that has ended; every day can be changed. */
export function NewRunDialog({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data: entities } = useQuery(legalEntities());
  const [from, end] = monthBefore(new Date());
  const only = entities?.results.length === 1 ? entities.results[0]?.id : undefined;
  const form = useProblemForm({
    initial: {
      legal_entity_id: "",
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
          kind: "REGULAR",
          branch_id: null,
          period_to: dayAfter(values.period_to),
          account_ids: [],
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
  return (
    <Modal opened onClose={onClose} title={say("run.new")} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={form.submit} noValidate>
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          {only ? null : (
            <Select
              label={say("run.entity")}
              data={(entities?.results ?? []).map(({ id, short_name }) => ({ value: id, label: short_name }))}
              value={form.values.legal_entity_id || null}
              error={form.field("legal_entity_id").error}
              onChange={(value) => form.set("legal_entity_id", value ?? "")}
            />
          )}
          <Group grow align="flex-start">
            <DateField label={say("run.first_day")} {...day("period_from")} />
            <DateField label={say("run.last_day")} {...day("period_to")} />
          </Group>
          <Group grow align="flex-start">
            <DateField label={say("bill.date")} {...day("document_date")} />
            <DateField label={say("bill.due")} {...day("due_date")} />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy} disabled={!entities}>
              {say("run.create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

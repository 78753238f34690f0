import { Group, Select, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { legalEntities, plansOf, reratingList, startRehearsal } from "@/features/reratings/queries";
import { dayAfter, dayBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { usePeriod } from "@/lib/workplace";
import { DateField } from "@/ui/date-field";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";

const WHY_MAX = 300;

/** Whose calls of which days, and why; what comes first is only a rehearsal. */
export function NewReratingDialog({ onClose }: { onClose: () => void }) {
  const { say, language } = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data: entities } = useQuery(legalEntities());
  const [from, end] = usePeriod();
  const only = entities?.results.length === 1 ? entities.results[0]?.id : undefined;
  const form = useProblemForm({
    initial: { legal_entity_id: "", from_date: from, to_date: dayBefore(end), plan_id: "", why: "" },
    submit: (values, key) =>
      startRehearsal(
        {
          ...values,
          legal_entity_id: values.legal_entity_id || (only ?? ""),
          to_date: dayAfter(values.to_date),
          plan_id: values.plan_id || null,
          run_id: null,
        },
        key,
      ),
    onDone: ({ rerating, job }) => {
      void queries.invalidateQueries({ queryKey: reratingList().queryKey });
      void navigate({ to: `/reratings/${rerating.id}`, search: { job: job.id } });
    },
  });
  const owner = form.values.legal_entity_id || only;
  const { data: plans } = useQuery(plansOf({ query: { page_size: 200 } }));
  const own = (plans?.results ?? []).filter((plan) => plan.legal_entity_id === owner);
  const day = (name: "from_date" | "to_date") => ({
    name,
    value: form.values[name],
    error: form.field(name).error,
    onChange: (value: string) => form.set(name, value),
  });
  return (
    <FormDialog title={say("rerating.new")} submitLabel={say("rerating.rehearse")} form={form} onClose={onClose} isReady={Boolean(entities)}>
      <Text size="sm">{say("rerating.new.about")}</Text>
      {only ? null : (
        <Select
          label={say("run.entity")}
          data={(entities?.results ?? []).map(({ id, short_name }) => ({ value: id, label: short_name }))}
          value={form.values.legal_entity_id || null}
          error={form.field("legal_entity_id").error}
          onChange={(value) => {
            form.set("legal_entity_id", value ?? "");
            form.set("plan_id", "");
          }}
        />
      )}
      <Group grow align="flex-start">
        <DateField label={say("run.first_day")} {...day("from_date")} />
        <DateField label={say("run.last_day")} {...day("to_date")} />
      </Group>
      <Select
        label={say("rerating.plan")}
        placeholder={say("rerating.every_plan")}
        data={own.map(({ id, code, names }) => ({ value: id, label: names[language] || code }))}
        value={form.values.plan_id || null}
        error={form.field("plan_id").error}
        onChange={(value) => form.set("plan_id", value ?? "")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": say("filter.clear") }}
      />
      <TextInput {...form.field("why")} label={say("rerating.why")} description={say("rerating.why.about")} maxLength={WHY_MAX} />
    </FormDialog>
  );
}

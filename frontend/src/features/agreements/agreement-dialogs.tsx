import { Autocomplete, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { AgreementOut } from "@/api";
import { agreementKey, end, plansOf, setAttribute, setTariff } from "@/features/agreements/queries";
import { typedDecimal } from "@/lib/amounts";
import { dayAfter, monthBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { DateField } from "@/ui/date-field";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";

export type Change = "tariff" | "attribute" | "end";

interface DialogProps {
  agreement: AgreementOut;
  onClose: () => void;
}

function useChange(props: DialogProps, initial: Record<string, string>, send: (values: Record<string, string>) => Promise<unknown>) {
  const queries = useQueryClient();
  return useProblemForm<Record<string, string>, unknown>({
    initial,
    submit: (values) => send(values),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: agreementKey({ path: { id: props.agreement.id } }) });
      props.onClose();
    },
  });
}

export function ChangeDialog({ change, ...props }: DialogProps & { change: Change }) {
  if (change === "tariff") return <TariffDialog {...props} />;
  if (change === "attribute") return <AttributeDialog {...props} />;
  return <EndDialog {...props} />;
}

function Day({ form, name, label }: { form: ReturnType<typeof useChange>; name: string; label: string }) {
  return <DateField label={label} name={name} value={form.values[name] ?? ""} error={form.field(name).error} onChange={(value) => form.set(name, value)} />;
}

function TariffDialog(props: DialogProps) {
  const { say, language } = useSay();
  const { agreement, onClose } = props;
  const { data: plans } = useQuery(plansOf({ query: { service_id: agreement.service_id, page_size: 200 } }));
  const form = useChange(props, { plan_id: "", valid_from: monthBefore(new Date())[1] }, (values) => setTariff(agreement.id, values));
  return (
    <FormDialog title={say("agreement.change.tariff")} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <Select
        label={say("agreement.plan")}
        data={(plans?.results ?? []).map(({ id, code, names }) => ({ value: id, label: names[language] || code }))}
        value={form.values["plan_id"] || null}
        error={form.field("plan_id").error}
        allowDeselect={false}
        onChange={(value) => form.set("plan_id", value ?? "")}
      />
      <Day form={form} name="valid_from" label={say("agreement.from_day")} />
    </FormDialog>
  );
}

function AttributeDialog(props: DialogProps) {
  const { say } = useSay();
  const { agreement, onClose } = props;
  const known = [...new Set(agreement.attributes.map(({ attribute }) => attribute))];
  const form = useChange(
    props,
    { attribute: known[0] ?? "", value: "", valid_from: monthBefore(new Date())[1], reason: "" },
    (values) => setAttribute(agreement.id, values, typedDecimal(values["value"] ?? "")),
  );
  return (
    <FormDialog title={say("agreement.change.attribute")} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <Autocomplete
        label={say("agreement.attribute")}
        description={say("agreement.attribute.about")}
        data={known}
        value={form.values["attribute"] ?? ""}
        error={form.field("attribute").error}
        onChange={(value) => form.set("attribute", value)}
      />
      <TextInput {...form.field("value")} label={say("agreement.attribute.value")} inputMode="decimal" autoComplete="off" data-autofocus />
      <Day form={form} name="valid_from" label={say("agreement.from_day")} />
      <TextInput {...form.field("reason")} label={say("held.reason")} />
    </FormDialog>
  );
}

function EndDialog(props: DialogProps) {
  const { say } = useSay();
  const { agreement, onClose } = props;
  const form = useChange(props, { service_to: "", reason: "" }, (values) =>
    end(agreement.id, { ...values, service_to: dayAfter(values["service_to"] ?? "") }),
  );
  return (
    <FormDialog title={say("agreement.change.end")} submitLabel={say("agreement.change.end")} form={form} onClose={onClose}>
      <Day form={form} name="service_to" label={say("agreement.last_day")} />
      <TextInput {...form.field("reason")} label={say("held.reason")} />
    </FormDialog>
  );
}

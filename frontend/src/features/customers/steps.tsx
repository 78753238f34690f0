import { Alert, Select, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";

import type { AccountOut, AgreementOut, BranchOut, ServiceOut, TariffPlanOut } from "@/api";
import type { Needs } from "@/features/customers/plan-needs";
import { formatDate } from "@/lib/dates";
import { hasText, LANGUAGES, type TextKey, useSay } from "@/lib/texts";
import { DateField } from "@/ui/date-field";
import { type Fact, Facts } from "@/ui/figures";
import type { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

export type CustomerForm = ReturnType<typeof useProblemForm<Record<string, string>, AgreementOut>>;

interface StepProps {
  form: CustomerForm;
  known: {
    places: BranchOut[];
    sold: ServiceOut[];
    plans: TariffPlanOut[];
    needs: Needs | null;
    hasPlan: boolean;
    account: AccountOut | undefined;
  };
  missing: string[];
}

const KINDS = ["INDIVIDUAL", "SOLE_TRADER", "LEGAL_ENTITY"];
const DELIVERIES = ["PAPER", "EMAIL"];

/** A field of the form by its name, with what stands against it. */
function useFields({ form, missing }: StepProps) {
  const { say } = useSay();
  const text = (name: string, label: TextKey) => {
    const { error, ...field } = form.field(name);
    return { ...field, value: field.value ?? "", label: say(label), error: error ?? (missing.includes(name) ? say("field.missing") : undefined) };
  };
  const choice = (name: string, label: TextKey, data: { value: string; label: string }[]) => {
    const { error } = text(name, label);
    return { name, label: say(label), data, error, value: form.values[name] || null, allowDeselect: false, onChange: (value: string | null) => form.set(name, value ?? "") };
  };
  return { text, choice };
}

export function Who(props: StepProps) {
  const word = useWord();
  const { text, choice } = useFields(props);
  const words = (of: string, values: readonly string[]) => values.map((value) => ({ value, label: word(of, value) }));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput {...text("name", "party.name")} autoFocus autoComplete="off" />
      <Select {...choice("kind", "party.kind", words("party.kind", KINDS))} />
      <TextInput {...text("tax_id", "party.tax_id")} autoComplete="off" />
      <Select {...choice("language", "party.language", words("language", LANGUAGES))} />
      <TextInput {...text("phone", "contact.PHONE")} autoComplete="off" inputMode="tel" />
      <TextInput {...text("email", "contact.EMAIL")} autoComplete="off" inputMode="email" />
      <Select {...choice("delivery", "account.delivery", words("delivery", DELIVERIES))} />
    </SimpleGrid>
  );
}

export function Where(props: StepProps) {
  const { text, choice } = useFields(props);
  const { places } = props.known;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {places.length > 1 ? (
        <Select {...choice("branch_id", "customer.branch", places.map(({ id, name }) => ({ value: id, label: name })))} value={props.form.values["branch_id"] || places[0]?.id || null} />
      ) : null}
      <TextInput {...text("settlement", "premise.settlement")} autoFocus autoComplete="off" />
      <TextInput {...text("street", "premise.street")} autoComplete="off" />
      <TextInput {...text("building", "premise.building")} autoComplete="off" />
      <TextInput {...text("unit", "premise.unit")} autoComplete="off" />
      <TextInput {...text("postcode", "premise.postcode")} autoComplete="off" />
    </SimpleGrid>
  );
}

export function Service(props: StepProps) {
  const { say, language } = useSay();
  const { text, choice } = useFields(props);
  const { form, known } = props;
  const named = (rows: { id: string; code: string; names: Record<string, string> }[]) =>
    rows.map(({ id, code, names }) => ({ value: id, label: names[language] || code }));
  const from = form.field("service_from");
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          {...choice("service_id", "agreement.service", named(known.sold))}
          onChange={(value) => {
            form.set("service_id", value ?? "");
            form.set("plan_id", "");
          }}
          data-autofocus
        />
        <Select {...choice("plan_id", "agreement.plan", named(known.plans))} disabled={!form.values["service_id"]} />
        <DateField label={say("customer.from")} name="service_from" value={form.values["service_from"] ?? ""} error={from.error} onChange={(value) => form.set("service_from", value)} />
        {known.needs?.isOfCalls ? <TextInput {...text("phone_number", "customer.number")} autoComplete="off" /> : null}
      </SimpleGrid>
      {known.hasPlan && !known.needs ? (
        <Alert variant="outline" color="red" c="var(--mantine-color-text)">
          {say("customer.no_version")}
        </Alert>
      ) : null}
      {known.needs?.attributes.length ? <Attributes {...props} names={known.needs.attributes} /> : null}
      {known.needs?.registers.length ? <Meter {...props} registers={known.needs.registers} /> : null}
    </Stack>
  );
}

function Attributes({ names, ...props }: StepProps & { names: string[] }) {
  const { say } = useSay();
  const word = useWord();
  const { text } = useFields(props);
  const { error } = props.form.field("attributes");
  return (
    <div>
      <Title order={2}>{say("customer.attributes")}</Title>
      <Text size="xs" c={error ? "var(--mantine-color-error)" : "dimmed"} mb={6}>
        {error ?? say("customer.attributes.why")}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {names.map((name) => (
          <TextInput key={name} {...text(`attribute ${name}`, "customer.attributes")} label={word("attribute", name)} inputMode="decimal" autoComplete="off" />
        ))}
      </SimpleGrid>
    </div>
  );
}

function Meter({ registers, ...props }: StepProps & { registers: string[] }) {
  const { say } = useSay();
  const word = useWord();
  const { text } = useFields(props);
  const { error } = props.form.field("opening_readings");
  return (
    <div>
      <Title order={2}>{say("customer.meter")}</Title>
      <Text size="xs" c={error ? "var(--mantine-color-error)" : "dimmed"} mb={6}>
        {error ?? say("customer.meter.why")}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput {...text("meter_serial", "customer.serial")} autoComplete="off" />
        <TextInput {...text("meter_digits", "customer.digits")} inputMode="numeric" autoComplete="off" />
        {registers.map((name) => (
          <TextInput key={name} {...text(`register ${name}`, "customer.opening")} label={say("customer.opening", { register: word("register", name) })} inputMode="decimal" autoComplete="off" />
        ))}
      </SimpleGrid>
    </div>
  );
}

/** Everything once more, before anything is made. */
export function Review({ form, known }: StepProps) {
  const { say, language } = useSay();
  const word = useWord();
  const { values } = form;
  const nameOf = (rows: { id: string; code: string; names: Record<string, string> }[], id: string | undefined) => {
    const row = rows.find((one) => one.id === id);
    return row ? row.names[language] || row.code : "";
  };
  const place = [values["settlement"], `${values["street"] ?? ""} ${values["building"] ?? ""}`.trim(), values["unit"]].filter(Boolean).join(", ");
  const asked = Object.entries(values).flatMap(([name, value]): Fact[] => {
    const [prefix = "", of = ""] = name.split(" ");
    return of && value.trim() ? [{ label: word(prefix, of), value }] : [];
  });
  const facts: Fact[] = [
    { label: say("account.holder"), value: known.account ? `${known.account.number} ${known.account.party_name}` : values["name"] },
    { label: say("premise.address"), value: place },
    { label: say("agreement.service"), value: nameOf(known.sold, values["service_id"]) },
    { label: say("agreement.plan"), value: nameOf(known.plans, values["plan_id"]) },
    { label: say("customer.from"), value: formatDate(values["service_from"] ?? "") },
    { label: say("account.delivery"), value: word("delivery", values["delivery"] ?? "") },
    ...shownIf(values["phone_number"], say("customer.number")),
    ...shownIf(values["meter_serial"], say("reading.meter")),
    ...asked,
  ];
  const lacking = known.needs?.attributes.filter((name) => !values[`attribute ${name}`]?.trim()) ?? [];
  return (
    <Stack>
      <Facts facts={facts} />
      {lacking.length ? (
        <Alert variant="outline" color="orange" c="var(--mantine-color-text)">
          {say("customer.lacking", { names: lacking.map((name) => (hasText(`attribute.${name}`) ? word("attribute", name) : name)).join(", ") })}
        </Alert>
      ) : null}
    </Stack>
  );
}

const shownIf = (value: string | undefined, label: string): Fact[] => (value?.trim() ? [{ label, value }] : []);

import { Button, Group, Stack, Stepper } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";

import type { AgreementOut, CustomerIn } from "@/api";
import { needsOf } from "@/features/customers/plan-needs";
import { accountDetail, accountListKey, branches, plansOf, services, takeCustomer, versionsOf } from "@/features/customers/queries";
import { type CustomerForm, Review, Service, Where, Who } from "@/features/customers/steps";
import { typedDecimal } from "@/lib/amounts";
import { monthBefore } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { Page, Panel } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

const STEPS: { text: TextKey; fields: string[]; required: string[] }[] = [
  { text: "customer.who", fields: ["kind", "name", "tax_id", "language", "phone", "email", "delivery"], required: ["name"] },
  { text: "customer.where", fields: ["branch_id", "settlement", "street", "building", "unit", "postcode"], required: ["settlement", "building"] },
  {
    text: "customer.service",
    fields: ["service_id", "plan_id", "service_from", "attributes", "phone_number", "login", "meter_serial", "meter_digits", "opening_readings"],
    required: ["service_id", "plan_id"],
  },
  { text: "customer.review", fields: [], required: [] },
];
const LAST = STEPS.length - 1;

/** Who, where, which service: one form over three steps, sent once. */
export function NewCustomerPage() {
  const { say, language } = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const search: Record<string, string> = useSearch({ strict: false });
  const [step, setStep] = useState(search["account"] ? 1 : 0);
  const [missing, setMissing] = useState<string[]>([]);
  const { data: account } = useQuery({ ...accountDetail({ path: { id: search["account"] ?? "" } }), enabled: "account" in search });
  const { data: places } = useQuery(branches());
  const { data: sold } = useQuery(services({ query: { page_size: 200 } }));
  const form: CustomerForm = useProblemForm<Record<string, string>, AgreementOut>({
    initial: { ...EMPTY, language, service_from: monthBefore(new Date())[1] },
    submit: (values, key) => takeCustomer(bodyOf(values, account?.id ?? null, places?.results[0]?.id ?? ""), key),
    onDone: (agreement) => {
      void queries.invalidateQueries({ queryKey: accountListKey() });
      void navigate({ to: `/accounts/${agreement.account_id}`, search: { tab: "agreements" } });
    },
  });
  const { values } = form;
  const { data: plans } = useQuery({ ...plansOf({ query: { service_id: values["service_id"] ?? "", page_size: 200 } }), enabled: Boolean(values["service_id"]) });
  const { data: versions } = useQuery({ ...versionsOf({ query: { plan_id: values["plan_id"] ?? "", page_size: 200 } }), enabled: Boolean(values["plan_id"]) });
  const needs = versions ? needsOf(versions.results, values["service_from"] ?? "") : null;
  const known = { places: places?.results ?? [], sold: sold?.results ?? [], plans: plans?.results ?? [], needs, hasPlan: Boolean(versions), account };
  const wrongStep = STEPS.findIndex(({ fields }) => fields.some((name) => form.field(name).error));
  useEffect(() => {
    if (wrongStep >= 0) setStep(wrongStep); // what was refused is shown where it was typed
  }, [wrongStep]);

  function goOn(event: FormEvent) {
    event.preventDefault();
    if (step === LAST) return void form.submit();
    const wanted = account && step === 0 ? [] : (STEPS[step]?.required ?? []);
    const empty = wanted.filter((name) => !values[name]?.trim());
    setMissing(empty);
    if (!empty.length) setStep(step + 1);
  }

  const shown = { form, known, missing };
  return (
    <Page title={say(account ? "customer.title.more" : "customer.title")}>
      <Stepper active={step} size="xs" iconSize={28} onStepClick={(to) => (to < step ? setStep(to) : undefined)}>
        {STEPS.map(({ text }, place) => (
          <Stepper.Step key={text} label={say(text)} allowStepSelect={place < step && !(account && place === 0)} />
        ))}
      </Stepper>
      <form onSubmit={goOn} noValidate>
        <Stack gap="md" maw={760}>
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <Panel>
            {step === 0 ? <Who {...shown} /> : null}
            {step === 1 ? <Where {...shown} /> : null}
            {step === 2 ? <Service {...shown} /> : null}
            {step === LAST ? <Review {...shown} /> : null}
          </Panel>
          <Group justify="flex-end">
            {step > (account ? 1 : 0) ? (
              <Button variant="default" onClick={() => setStep(step - 1)} disabled={form.isBusy}>
                {say("customer.back")}
              </Button>
            ) : null}
            <Button type="submit" loading={form.isBusy}>
              {say(step === LAST ? "customer.create" : "customer.next")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

const EMPTY: Record<string, string> = {
  branch_id: "",
  kind: "INDIVIDUAL",
  name: "",
  tax_id: "",
  language: "",
  phone: "",
  email: "",
  delivery: "PAPER",
  settlement: "",
  street: "",
  building: "",
  unit: "",
  postcode: "",
  service_id: "",
  plan_id: "",
  service_from: "",
  attributes: "",
  phone_number: "",
  login: "",
  meter_serial: "",
  meter_digits: "6",
  opening_readings: "",
};

/** Values named "attribute members" and "register VT" are those that the tariff asked for. */
function bodyOf(values: Record<string, string>, accountId: string | null, onlyBranch: string): CustomerIn {
  const of = (name: string) => values[name]?.trim() ?? "";
  const group = (prefix: string) =>
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(`${prefix} `) && value.trim() ? [{ name: name.slice(prefix.length + 1), value: typedDecimal(value) }] : [],
    );
  return {
    branch_id: of("branch_id") || onlyBranch,
    account_id: accountId,
    party_id: null,
    kind: of("kind") as CustomerIn["kind"],
    name: of("name"),
    language: of("language") as CustomerIn["language"],
    tax_id: of("tax_id"),
    email: of("email"),
    phone: of("phone"),
    delivery: of("delivery") as CustomerIn["delivery"],
    postcode: of("postcode"),
    settlement: of("settlement"),
    street: of("street"),
    building: of("building"),
    unit: of("unit"),
    service_id: of("service_id"),
    plan_id: of("plan_id"),
    service_from: of("service_from"),
    service_point_code: "",
    attributes: group("attribute").map(({ name, value }) => ({ attribute: name, value })),
    phone_number: of("phone_number"),
    login: of("login"),
    meter_serial: of("meter_serial"),
    meter_digits: Number.parseInt(of("meter_digits"), 10) || 0,
    opening_readings: group("register").map(({ name, value }) => ({ register: name, value })),
  };
}

import { changeAttribute, changeTariff, endAgreement } from "@/api";

export {
  getAgreementOptions as agreementDetail,
  getAgreementQueryKey as agreementKey,
  listAgreementsOptions as agreementList,
  listTariffPlansOptions as plansOf,
} from "@/api/@tanstack/react-query.gen";

type Values = Record<string, string>;
const of = (values: Values, name: string) => values[name] ?? "";

export async function setTariff(id: string, values: Values) {
  const body = { plan_id: of(values, "plan_id"), valid_from: of(values, "valid_from") };
  return (await changeTariff({ path: { id }, body, throwOnError: true })).data;
}

export async function setAttribute(id: string, values: Values, value: string) {
  const body = { attribute: of(values, "attribute"), value, valid_from: of(values, "valid_from"), reason: of(values, "reason") };
  return (await changeAttribute({ path: { id }, body, throwOnError: true })).data;
}

export async function end(id: string, values: Values) {
  const body = { service_to: of(values, "service_to"), reason: of(values, "reason") };
  return (await endAgreement({ path: { id }, body, throwOnError: true })).data;
}

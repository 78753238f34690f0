import { createRerating, type ReratingIn } from "@/api";

export {
  applyReratingMutation as applyRerating,
  getReratingOptions as reratingDetail,
  listLegalEntitiesOptions as legalEntities,
  listReratedAgreementsOptions as agreementsOfRerating,
  listReratedCallsOptions as callsOfRerating,
  listReratingsOptions as reratingList,
  listTariffPlansOptions as plansOf,
} from "@/api/@tanstack/react-query.gen";

export async function startRehearsal(body: ReratingIn, key: string) {
  return (await createRerating({ body, headers: { "Idempotency-Key": key }, throwOnError: true })).data;
}

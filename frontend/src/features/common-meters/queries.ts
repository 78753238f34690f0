import { type CommonMeterIn, createCommonMeter, endCommonMeter } from "@/api";

export {
  listCommonMetersOptions as commonMeterList,
  listCommonMetersQueryKey as commonMetersKey,
  listServicePointsOptions as pointsFound,
} from "@/api/@tanstack/react-query.gen";

export async function addCommonMeter(body: CommonMeterIn) {
  return (await createCommonMeter({ body, throwOnError: true })).data;
}

export async function endRule(id: string, validTo: string) {
  return (await endCommonMeter({ path: { id }, body: { valid_to: validTo }, throwOnError: true })).data;
}

import { createCustomer, type CustomerIn } from "@/api";

export {
  getAccountOptions as accountDetail,
  listAccountsQueryKey as accountListKey,
  listBranchesOptions as branches,
  listServicesOptions as services,
  listTariffPlansOptions as plansOf,
  listTariffVersionsOptions as versionsOf,
} from "@/api/@tanstack/react-query.gen";

export async function takeCustomer(body: CustomerIn, key: string) {
  const { data } = await createCustomer({ body, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

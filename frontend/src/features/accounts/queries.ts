import { queryOptions } from "@tanstack/react-query";

import { createSubscriberLogin, getAccount, type PatchedAccountChangeIn, updateAccount } from "@/api";
import { versioned } from "@/lib/versions";

export {
  getAccountBalanceOptions as accountBalance,
  getAccountOptions as accountDetail,
  getAccountStatementOptions as accountStatement,
  listAccountsOptions as accountList,
  listAgreementsOptions as agreementsOfAccount,
  listBillsOptions as billsOfAccount,
  listDeliveriesOptions as deliveriesOfAccount,
  listOpenItemsOptions as openItemsOfAccount,
  listReadingsOptions as readingsOfAccount,
  listReceiptsOptions as receiptsOfAccount,
} from "@/api/@tanstack/react-query.gen";

export const accountToChange = (id: string) =>
  queryOptions({
    queryKey: ["accountToChange", id],
    queryFn: ({ signal }) => versioned(getAccount({ path: { id }, signal, throwOnError: true })),
    gcTime: 0,
  });

export async function changeAccount(id: string, version: string, body: PatchedAccountChangeIn) {
  return (await updateAccount({ path: { id }, body, headers: { "If-Match": version }, throwOnError: true })).data;
}

/** Asked again, it names the login there is. */
export async function openPortal(accountId: string) {
  return (await createSubscriberLogin({ body: { account_id: accountId }, throwOnError: true })).data;
}

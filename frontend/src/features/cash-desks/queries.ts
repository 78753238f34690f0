import { queryOptions } from "@tanstack/react-query";

import { type CashDeskIn, createCashDesk, getCashDesk, type PatchedCashDeskChangeIn, updateCashDesk } from "@/api";
import { versioned } from "@/lib/versions";

export {
  listBranchesOptions as branches,
  listCashDesksOptions as deskList,
  listCashDesksQueryKey as desksKey,
  listDevicesOptions as deviceList,
} from "@/api/@tanstack/react-query.gen";

export const deskToChange = (id: string) =>
  queryOptions({
    queryKey: ["deskToChange", id],
    queryFn: ({ signal }) => versioned(getCashDesk({ path: { id }, signal, throwOnError: true })),
    gcTime: 0,
  });

export async function addDesk(body: CashDeskIn) {
  return (await createCashDesk({ body, throwOnError: true })).data;
}

export async function changeDesk(id: string, version: string, body: PatchedCashDeskChangeIn) {
  return (await updateCashDesk({ path: { id }, body, headers: { "If-Match": version }, throwOnError: true })).data;
}

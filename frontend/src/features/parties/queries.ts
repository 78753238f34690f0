import { queryOptions } from "@tanstack/react-query";

import { getParty, type PatchedPartyChangeIn, updateParty } from "@/api";
import { versioned } from "@/lib/versions";

export {
  getPartyOptions as partyDetail,
  listAccountsOptions as accountsOfParty,
  listPartiesOptions as partyList,
} from "@/api/@tanstack/react-query.gen";

export const partyToChange = (id: string) =>
  queryOptions({
    queryKey: ["partyToChange", id],
    queryFn: ({ signal }) => versioned(getParty({ path: { id }, signal, throwOnError: true })),
    gcTime: 0,
  });

export async function changeParty(id: string, version: string, body: PatchedPartyChangeIn) {
  return (await updateParty({ path: { id }, body, headers: { "If-Match": version }, throwOnError: true })).data;
}

import { queryOptions } from "@tanstack/react-query";

import { getOwnBillDocument } from "@/api";
import { getOwnBillExplanationOptions, getOwnBillOptions, listOwnBillsOptions } from "@/api/@tanstack/react-query.gen";
import type { Language } from "@/lib/texts";

const PAGE_SIZE = 24;

export const billList = (accountId: string, page: number) =>
  queryOptions(listOwnBillsOptions({ query: { account_id: accountId, page, page_size: PAGE_SIZE } }));

export const hasMore = (count: number, page: number) => count > page * PAGE_SIZE;

export const billDetail = (id: string) => queryOptions(getOwnBillOptions({ path: { id } }));

export const billExplanation = (id: string, language: Language) =>
  queryOptions(getOwnBillExplanationOptions({ path: { id }, query: { language } }));

/** The bill on paper. */
export async function readDocument(id: string, language: Language): Promise<Blob> {
  const { data } = await getOwnBillDocument({ path: { id }, query: { language }, parseAs: "blob", throwOnError: true });
  return data as Blob;
}

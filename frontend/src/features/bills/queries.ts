export {
  getBillExplanationOptions as explanationOfBill,
  getBillOptions as billDetail,
  listBillPostingsOptions as postingsOfBill,
  listBillsOptions as billList,
} from "@/api/@tanstack/react-query.gen";

import { queryOptions } from "@tanstack/react-query";

import { getBillDocument } from "@/api";
import type { Language } from "@/lib/texts";

/** The stored PDF of a bill in one language. */
export const billDocument = (id: string, language: Language) =>
  queryOptions({
    queryKey: ["billDocument", id, language],
    queryFn: async ({ signal }) => {
      const { data } = await getBillDocument({ path: { id }, query: { language }, signal, throwOnError: true });
      return data;
    },
    staleTime: Number.POSITIVE_INFINITY, // an issued document never changes
  });

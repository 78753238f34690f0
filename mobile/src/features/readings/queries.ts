import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { checkOwnReading } from "@/api";
import { getOwnMetersOptions, listOwnReadingsOptions } from "@/api/@tanstack/react-query.gen";

const SENT_SHOWN = 12;

export const meters = (accountId: string) => queryOptions(getOwnMetersOptions({ path: { id: accountId } }));

export const sentReadings = (accountId: string) =>
  queryOptions(listOwnReadingsOptions({ query: { account_id: accountId, page_size: SENT_SHOWN } }));

/** What would become of the value, asked while it is typed; without a network nobody says. */
export const check = (registerId: string, readDate: string, value: string) =>
  queryOptions({
    queryKey: ["checkOwnReading", registerId, readDate, value],
    queryFn: async ({ signal }) => {
      const body = { register_id: registerId, read_date: readDate, value };
      const { data } = await checkOwnReading({ body, signal, throwOnError: true });
      return data;
    },
    enabled: value !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });

import { queryOptions, useQuery } from "@tanstack/react-query";

import { getMeOptions } from "@/api/@tanstack/react-query.gen";

export const meQuery = queryOptions({ ...getMeOptions(), staleTime: 5 * 60_000 });

/** Whether the signed-in person may call an operation; the server judges again. */
export function useMay(): (operation: string) => boolean {
  const { data: me } = useQuery(meQuery);
  return (operation) => me?.operations.includes(operation) ?? false;
}

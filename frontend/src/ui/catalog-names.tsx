import { useQuery } from "@tanstack/react-query";

import { listServicesOptions, listTariffPlansOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";

export const CATALOG = { query: { page_size: 200 } };
export const CATALOG_KEPT_MS = 10 * 60_000;

type Named = { code: string; names: Record<string, string> };

function nameIn(rows: Named[] | undefined, code: string, language: string): string {
  return rows?.find((one) => one.code === code)?.names[language] || code;
}

/** A service by the name that customers know, not by its code. */
export function ServiceName({ code }: { code: string }) {
  const { language } = useSay();
  const may = useMay();
  const { data } = useQuery({ ...listServicesOptions(CATALOG), enabled: may("listServices"), staleTime: CATALOG_KEPT_MS });
  return nameIn(data?.results, code, language);
}

export function PlanName({ code }: { code: string }) {
  const { language } = useSay();
  const may = useMay();
  const { data } = useQuery({ ...listTariffPlansOptions(CATALOG), enabled: may("listTariffPlans"), staleTime: CATALOG_KEPT_MS });
  return code ? nameIn(data?.results, code, language) : "";
}

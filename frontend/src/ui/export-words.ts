import { useQuery } from "@tanstack/react-query";

import { listServicesOptions, listTariffPlansOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/access";
import { textsBelow, useSay } from "@/lib/texts";
import { CATALOG, CATALOG_KEPT_MS } from "@/ui/catalog-names";

type Named = { code: string; names: Record<string, string> };

/** What a file writes in place of codes; asks for the names of services and plans only where a column has them. */
export function useExportWords(asked: string[]): (of: string) => Record<string, string> {
  const { language } = useSay();
  const may = useMay();
  const isAsked = (of: string, operation: string) => asked.includes(of) && may(operation);
  const services = useQuery({ ...listServicesOptions(CATALOG), enabled: isAsked("service", "listServices"), staleTime: CATALOG_KEPT_MS });
  const plans = useQuery({ ...listTariffPlansOptions(CATALOG), enabled: isAsked("plan", "listTariffPlans"), staleTime: CATALOG_KEPT_MS });
  const named = (rows: Named[] = []) => Object.fromEntries(rows.map(({ code, names }) => [code, names[language] || code]));
  return (of) => {
    if (of === "service") return named(services.data?.results);
    return of === "plan" ? named(plans.data?.results) : textsBelow(of);
  };
}

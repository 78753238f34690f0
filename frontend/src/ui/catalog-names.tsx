import { useQuery } from "@tanstack/react-query";

import { listLedgerAccountsOptions, listServicesOptions, listTariffPlansOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Identifier } from "@/ui/figures";
import { useWord } from "@/ui/states";

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

/** A side of a posting: the account's number, and its name in the chart of the enterprise. */
export function LedgerAccountName({ code, role }: { code: string; role: string }) {
  const { language } = useSay();
  const word = useWord();
  const may = useMay();
  const { data, isLoading } = useQuery({ ...listLedgerAccountsOptions(CATALOG), enabled: may("listLedgerAccounts"), staleTime: CATALOG_KEPT_MS });
  const found = data?.results.find((one) => one.code === code && one.posting_code === role);
  return (
    <>
      <Identifier value={code} /> {isLoading ? null : found?.names[language] || word("posting.role", role)}
    </>
  );
}

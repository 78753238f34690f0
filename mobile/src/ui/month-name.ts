import { hasText, useSay } from "@/lib/texts";

/** "2026-02-01" as "February 2026". */
export function useMonthName(): (iso: string) => string {
  const { say } = useSay();
  return (iso) => {
    const key = `month.${iso.slice(5, 7)}`;
    return hasText(key) ? `${say(key)} ${iso.slice(0, 4)}` : iso;
  };
}

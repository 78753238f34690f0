import { Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { listBranchesOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/access";
import { monthBefore } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { setWorkplace, usePeriod, useWorkplace } from "@/lib/workplace";

const MONTHS = 14;
const LONG_MS = 10 * 60_000;

/** Branch and month: what lists and new runs start from. */
export function WorkplaceBar() {
  const { say } = useSay();
  const may = useMay();
  const { branchId } = useWorkplace();
  const [from] = usePeriod();
  const { data } = useQuery({ ...listBranchesOptions({ query: { page_size: 200 } }), enabled: may("listBranches"), staleTime: LONG_MS });
  const branches = data?.results ?? [];
  const isForeign = branchId !== "" && data !== undefined && !branches.some(({ id }) => id === branchId);
  useEffect(() => {
    if (isForeign) setWorkplace({ branchId: "" }); // somebody else worked here, elsewhere
  }, [isForeign]);
  return (
    <Group gap={6} wrap="nowrap" visibleFrom="md">
      {branches.length > 1 ? (
        <Select
          size="xs"
          w={160}
          aria-label={say("customer.branch")}
          placeholder={say("bar.every_branch")}
          data={branches.map(({ id, name }) => ({ value: id, label: name }))}
          value={branchId || null}
          onChange={(value) => setWorkplace({ branchId: value ?? "" })}
          clearable
          clearButtonProps={{ "aria-label": say("filter.clear") }}
        />
      ) : null}
      <Select
        size="xs"
        w={108}
        aria-label={say("bill.period")}
        data={months(from.slice(0, 7)).map((month) => ({ value: month, label: `${month.slice(5)}.${month.slice(0, 4)}` }))}
        value={from.slice(0, 7)}
        allowDeselect={false}
        onChange={(value) => setWorkplace({ month: value ?? "" })}
      />
    </Group>
  );
}

/** The latest months and the chosen one, which may be older. */
function months(chosen: string): string[] {
  const now = new Date();
  const latest = Array.from({ length: MONTHS }, (_none, back) => monthBefore(new Date(now.getFullYear(), now.getMonth() - back + 1, 15))[0].slice(0, 7));
  return [...new Set([...latest, chosen])].sort((a, b) => b.localeCompare(a));
}

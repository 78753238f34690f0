import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { CashDeskOut, DeviceOut } from "@/api";
import { ChangeDeskDialog, NewDeskDialog } from "@/features/cash-desks/desk-dialog";
import { branches, deskList, deviceList } from "@/features/cash-desks/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Identifier, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";

const FILTERS: Filter[] = [{ name: "branch_id", label: "customer.branch", kind: "branch" }];
const ALL = { query: { page_size: 200 } };
const idOf = (row: CashDeskOut) => row.id;

/** Where money is taken, and which register and scanner stand there. */
export function DeskListPage() {
  const { say } = useSay();
  const may = useMay();
  const [open, setOpen] = useState<CashDeskOut | "new" | null>(null);
  const close = () => setOpen(null);
  const { data: places } = useQuery(branches(ALL));
  const { data: devices } = useQuery({ ...deviceList(ALL), enabled: may("listDevices") });
  const branchOf = (row: CashDeskOut) => places?.results.find(({ id }) => id === row.branch_id)?.name ?? <Unknown />;
  const device = (id: string | null) => <DeviceCell device={devices?.results.find((one) => one.id === id)} />;
  const columns: Column<CashDeskOut>[] = [
    { name: "code", title: "till.code", fields: ["code"], show: (row) => <Identifier value={row.code} /> },
    { name: "name", title: "till.name", fields: ["name"], show: (row) => row.name },
    { name: "branch", title: "customer.branch", show: branchOf },
    { name: "register", title: "till.register", show: (row) => (row.register_id ? device(row.register_id) : row.no_register_reason) },
    { name: "scanner", title: "till.scanner", show: (row) => device(row.scanner_id) },
    { name: "tax", title: "till.tax_letter", fields: ["tax_letter"], show: (row) => row.tax_letter },
  ];
  if (may("updateCashDesk")) {
    columns.push({ name: "change", title: "till.change", show: (row) => <ChangeButton onClick={() => setOpen(row)} /> });
  }
  return (
    <Page title={say("place.desks")} actions={may("createCashDesk") ? <NewButton label={say("till.new")} onClick={() => setOpen("new")} /> : null}>
      <ResourceTable
        name="cash-desks"
        caption="place.desks"
        address="/api/v1/cash-desks"
        query={(search) => deskList({ query: search })}
        columns={columns}
        filters={FILTERS}
        idOf={idOf}
        rowKeys={may("updateCashDesk") ? { e: setOpen } : {}}
        empty={{ title: "desks.empty.title", next: "desks.empty.next" }}
      />
      {open === "new" ? <NewDeskDialog onClose={close} /> : null}
      {open && open !== "new" ? <ChangeDeskDialog desk={open} onClose={close} /> : null}
    </Page>
  );
}

function DeviceCell({ device }: { device: DeviceOut | undefined }) {
  return device ? `${device.agent_name} · ${device.key} · ${device.title}` : <Unknown />;
}

function ChangeButton({ onClick }: { onClick: () => void }) {
  const { say } = useSay();
  return (
    <Button size="compact-xs" variant="default" onClick={onClick}>
      {say("action.change")}
    </Button>
  );
}

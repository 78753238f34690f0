import type { AgreementOut } from "@/api";
import { agreementList } from "@/features/agreements/queries";
import { useSay } from "@/lib/texts";
import { PlanName, ServiceName } from "@/ui/catalog-names";
import { Day } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { Page } from "@/ui/page";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { To } from "@/ui/to";

const FILTERS: Filter[] = [
  { name: "number", label: "agreement.number", kind: "text" },
  { name: "account_number", label: "account.number", kind: "text" },
  { name: "service_code", label: "agreement.service", kind: "text" },
];

const COLUMNS: Column<AgreementOut>[] = [
  { name: "number", title: "agreement.number", fields: ["number"], show: (row) => <To to={`/agreements/${row.id}`}>{row.number}</To> },
  { name: "account", title: "account.number", fields: ["account_number"], show: (row) => <To to={`/accounts/${row.account_id}`}>{row.account_number}</To> },
  { name: "holder", title: "account.holder", fields: ["party_name"], show: (row) => row.party_name },
  { name: "service", title: "agreement.service", fields: ["service_code"], words: "service", show: (row) => <ServiceName code={row.service_code} /> },
  { name: "point", title: "agreement.point", fields: ["service_point_code"], show: (row) => row.service_point_code },
  { name: "plan", title: "agreement.plan", fields: ["assignments.plan_code"], words: "plan", show: (row) => <PlanName code={row.assignments.at(-1)?.plan_code ?? ""} /> },
  { name: "from", title: "agreement.from", fields: ["terms.valid_from"], show: (row) => <Day value={row.terms[0]?.valid_from ?? null} />, isNumber: true },
];

const idOf = (row: AgreementOut) => row.id;

export function AgreementListPage() {
  const { say } = useSay();
  return (
    <Page title={say("place.agreements")}>
      <ResourceTable
        name="agreements"
        caption="place.agreements"
        address="/api/v1/agreements"
        query={(search) => agreementList({ query: search })}
        columns={COLUMNS}
        filters={FILTERS}
        idOf={idOf}
        empty={{ title: "agreements.empty.title", next: "agreements.empty.next" }}
      />
    </Page>
  );
}

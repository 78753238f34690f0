import { Button, SimpleGrid, Table } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

import { type Change, ChangeDialog } from "@/features/agreements/agreement-dialogs";
import { agreementDetail } from "@/features/agreements/queries";
import { useMay } from "@/lib/access";
import { formatQuantity } from "@/lib/amounts";
import { formatDate, formatPeriod } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { PlanName, ServiceName } from "@/ui/catalog-names";
import { Facts, Identifier } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";

const CHANGES: { change: Change; needs: string }[] = [
  { change: "tariff", needs: "changeTariff" },
  { change: "attribute", needs: "changeAttribute" },
  { change: "end", needs: "endAgreement" },
];

/** What an agreement holds, each with the days it holds for. */
export function AgreementPage() {
  const { say, language } = useSay();
  const word = useWord();
  const may = useMay();
  const [change, setChange] = useState<Change | null>(null);
  const { id = "" } = useParams({ strict: false });
  const { data: found } = useSuspenseQuery(agreementDetail({ path: { id } }));
  const terms = found.terms.map((row) => ({ ...row, content: say("agreement.in_force") }));
  const plans = found.assignments.map((row) => ({ ...row, content: <PlanName code={row.plan_code} /> }));
  const resources = found.resources.map((row) => ({ ...row, content: `${word("resource", row.kind)} ${row.identifier}` }));
  const attributes = found.attributes.map((row) => ({ ...row, content: `${word("attribute", row.attribute)}: ${formatQuantity(row.value, language)}` }));
  return (
    <Page
      title={say("agreement.title", { number: found.number })}
      actions={
        <>
          {CHANGES.filter(({ needs }) => may(needs)).map(({ change: name }) => (
            <Button key={name} size="xs" variant="default" onClick={() => setChange(name)}>
              {say(`agreement.change.${name}`)}
            </Button>
          ))}
          <Neighbours name="agreements" id={id} base="/agreements" />
        </>
      }
    >
      {change ? <ChangeDialog agreement={found} change={change} onClose={() => setChange(null)} /> : null}
      <Panel>
        <Facts
          facts={[
            { label: say("account.number"), value: <To to={`/accounts/${found.account_id}`}>{found.account_number}</To> },
            { label: say("account.holder"), value: found.party_name },
            { label: say("agreement.service"), value: <ServiceName code={found.service_code} /> },
            { label: say("agreement.point"), value: <Identifier value={found.service_point_code} /> },
          ]}
        />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Dated of="agreement.terms" rows={terms} />
        <Dated of="agreement.plan" rows={plans} />
        <Dated of="agreement.resources" rows={resources} />
        <Dated of="agreement.attributes" rows={attributes} />
      </SimpleGrid>
    </Page>
  );
}

interface DatedRow {
  valid_from: string;
  valid_to: string | null;
  content: ReactNode;
}

function Dated({ of, rows }: { of: TextKey; rows: DatedRow[] }) {
  const { say } = useSay();
  const days = ({ valid_from: from, valid_to: end }: DatedRow) =>
    end ? formatPeriod(from, end) : say("date.since", { date: formatDate(from) });
  return (
    <Panel title={say(of)}>
      {rows.length ? null : say("agreement.none")}
      <Table verticalSpacing={4} fz="sm">
        <Table.Tbody>
          {rows.map((row, place) => (
            <Table.Tr key={`${row.valid_from} ${place}`}>
              <Table.Td className="number">{days(row)}</Table.Td>
              <Table.Td>{row.content}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

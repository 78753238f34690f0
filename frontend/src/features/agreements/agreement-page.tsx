import { SimpleGrid, Table } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { agreementDetail } from "@/features/agreements/queries";
import { formatDate, formatPeriod } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { Facts, Identifier } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { useWord } from "@/ui/states";
import { To } from "@/ui/to";

/** What an agreement holds, each with the days it holds for. */
export function AgreementPage() {
  const { say } = useSay();
  const word = useWord();
  const { id = "" } = useParams({ strict: false });
  const { data: found } = useSuspenseQuery(agreementDetail({ path: { id } }));
  const terms = found.terms.map((row) => ({ ...row, content: say("agreement.in_force") }));
  const plans = found.assignments.map((row) => ({ ...row, content: row.plan_code }));
  const resources = found.resources.map((row) => ({ ...row, content: `${word("resource", row.kind)} ${row.identifier}` }));
  const attributes = found.attributes.map((row) => ({ ...row, content: `${row.attribute}: ${row.value}` }));
  return (
    <Page
      title={say("agreement.title", { number: found.number })}
      actions={<Neighbours name="agreements" id={id} base="/agreements" />}
    >
      <Panel>
        <Facts
          facts={[
            { label: say("account.number"), value: <To to={`/accounts/${found.account_id}`}>{found.account_number}</To> },
            { label: say("account.holder"), value: found.party_name },
            { label: say("agreement.service"), value: found.service_code },
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
  content: string;
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
          {rows.map((row) => (
            <Table.Tr key={`${row.valid_from} ${row.content}`}>
              <Table.Td className="number">{days(row)}</Table.Td>
              <Table.Td>{row.content}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

import { ScrollArea, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { shiftList } from "@/features/cash-desk/queries";
import { useSay } from "@/lib/texts";
import { Count, Moment, Money, Unknown } from "@/ui/figures";
import { Panel } from "@/ui/page";
import { State } from "@/ui/states";

const SHOWN = 5;

/** The shifts of the desk before this one: what was counted against what was expected. */
export function Shifts({ deskId, openId }: { deskId: string; openId: string }) {
  const { say } = useSay();
  const { data, refetch } = useQuery(shiftList({ query: { cash_desk_id: deskId, page_size: SHOWN } }));
  useEffect(() => {
    void refetch();
  }, [openId, refetch]);
  const closed = data?.results.filter((shift) => shift.id !== openId) ?? [];
  if (!closed.length) return null;
  const money = (value: string | null, currency: string) =>
    value === null ? <Unknown /> : <Money value={value} currency={currency} />;
  return (
    <Panel title={say("cash.shifts")}>
      <ScrollArea type="auto">
        <Table verticalSpacing={4} aria-label={say("cash.shifts")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say("cash.shift.number")}</Table.Th>
              <Table.Th>{say("cash.cashier")}</Table.Th>
              <Table.Th>{say("cash.closed")}</Table.Th>
              <Table.Th ta="right">{say("cash.expected")}</Table.Th>
              <Table.Th ta="right">{say("cash.counted")}</Table.Th>
              <Table.Th ta="right">{say("cash.difference")}</Table.Th>
              <Table.Th>{say("cash.state")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {closed.map((shift) => (
              <Table.Tr key={shift.id}>
                <Table.Td>
                  <Count value={shift.number} />
                </Table.Td>
                <Table.Td>{shift.cashier_name}</Table.Td>
                <Table.Td>
                  <Moment value={shift.closed_at} />
                </Table.Td>
                <Table.Td ta="right">{money(shift.expected, shift.currency)}</Table.Td>
                <Table.Td ta="right">{money(shift.counted, shift.currency)}</Table.Td>
                <Table.Td ta="right">
                  {money(shift.difference, shift.currency)}
                  {shift.difference_reason ? (
                    <Text size="xs" c="dimmed">
                      {shift.difference_reason}
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  <State of="shift" value={shift.state} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Panel>
  );
}

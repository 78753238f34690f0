import { ActionIcon, List, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";

import type { BillExplanationOut, BridgeOut, ChargeOut, LineExplanationOut, ServiceLinesOut } from "@/api";
import { useSay } from "@/lib/texts";
import { Money, Price, Quantity } from "@/ui/figures";
import { Panel } from "@/ui/page";
import { To } from "@/ui/to";

interface LinesProps {
  service: ServiceLinesOut;
  explanation: BillExplanationOut | undefined;
}

/** The lines of a service by the words of its tariff; each opens to how it came about. */
export function Lines({ service, explanation }: LinesProps) {
  const { say, language } = useSay();
  const name = service.service_names[language] || service.service_code;
  const told = new Map(explanation?.lines.map((one) => [one.line_no, one]));
  return (
    <section className="panel" style={{ padding: 16, marginTop: 12, overflowX: "auto" }} tabIndex={0} aria-label={name}>
      <Text fw={600} mb={4}>
        {name}{" "}
        <Text span size="xs" c="dimmed">
          <To to={`/agreements/${service.agreement_id}`}>{service.service_point_code}</To>
        </Text>
      </Text>
      <Table verticalSpacing={4} horizontalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say("line.what")}</Table.Th>
            <Table.Th ta="right">{say("line.quantity")}</Table.Th>
            <Table.Th ta="right">{say("line.price")}</Table.Th>
            <Table.Th ta="right">{say("bill.net")}</Table.Th>
            <Table.Th ta="right">{say("line.rate")}</Table.Th>
            <Table.Th ta="right">{say("bill.gross")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {service.lines.map((line) => (
            <Line key={line.line_no} line={line} told={told.get(line.line_no)} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Line({ line, told }: { line: ChargeOut; told: LineExplanationOut | undefined }) {
  const { say } = useSay();
  const [isOpen, setOpen] = useState(false);
  const what = told?.description || line.label || line.component;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <Table.Tr>
        <Table.Td>
          {told ? (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              mr={4}
              aria-expanded={isOpen}
              aria-label={say("line.why", { what })}
              onClick={() => setOpen(!isOpen)}
            >
              <Chevron size={14} aria-hidden />
            </ActionIcon>
          ) : null}
          {what}
        </Table.Td>
        <Table.Td ta="right">
          {line.quantity === null ? null : <Quantity value={line.quantity} unit={line.unit} />}
        </Table.Td>
        <Table.Td ta="right">
          {line.unit_price === null ? null : <Price value={line.unit_price} />}
        </Table.Td>
        <Table.Td ta="right">
          <Money value={line.net} />
        </Table.Td>
        <Table.Td ta="right">
          <Quantity value={line.tax_rate_percent} />
          {"%"}
        </Table.Td>
        <Table.Td ta="right">
          <Money value={line.gross} />
        </Table.Td>
      </Table.Tr>
      {isOpen && told ? (
        <Table.Tr>
          <Table.Td colSpan={6}>
            <List size="sm" spacing={2} type="ordered">
              {told.steps.map((step) => (
                <List.Item key={`${step.code} ${step.text}`}>{step.text}</List.Item>
              ))}
            </List>
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  );
}

/** From last month's bill to this one, in the sentences of the server. */
export function Bridge({ bridge, currency }: { bridge: BridgeOut; currency: string }) {
  const { say } = useSay();
  return (
    <Panel title={say("bridge.title")}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Tbody>
          <Table.Tr>
            <Table.Td>
              <To to={`/bills/${bridge.previous_bill_id}`}>{say("bridge.before", { number: bridge.previous_number })}</To>
            </Table.Td>
            <Table.Td ta="right">
              <Money value={bridge.before} currency={currency} />
            </Table.Td>
          </Table.Tr>
          {bridge.effects.map((one) => (
            <Table.Tr key={one.effect}>
              <Table.Td>{one.text}</Table.Td>
              <Table.Td ta="right">
                <Money value={one.amount} />
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Td fw={600}>{say("bridge.now")}</Table.Td>
            <Table.Td ta="right" fw={600}>
              <Money value={bridge.now} currency={currency} />
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
      {bridge.parts.map((part) => (
        <Text size="sm" mt={4} key={`${part.agreement_id} ${part.component} ${part.register}`}>
          <Text span fw={600} inherit>
            {part.description}
          </Text>{" "}
          {part.text}
        </Text>
      ))}
    </Panel>
  );
}

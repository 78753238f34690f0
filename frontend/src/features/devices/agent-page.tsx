import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import type { AgentCodeOut, AgentOut, DeviceOut } from "@/api";
import { AgentState } from "@/features/devices/agent-state";
import { CodeDialog } from "@/features/devices/code-dialog";
import { agentDetail, agentsKey, anotherCode, deviceList, revoke } from "@/features/devices/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { Count, Facts, Identifier, Moment, Unknown } from "@/ui/figures";
import { Neighbours } from "@/ui/neighbours";
import { Page, Panel } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { ProblemAlert, Waiting } from "@/ui/states";
import { Word } from "@/ui/word";

const LOOK_MS = 5000;

const DEVICES: Column<DeviceOut>[] = [
  { name: "key", title: "device.key", show: (row) => <Identifier value={row.key} /> },
  { name: "kind", title: "device.kind", show: (row) => <Word of="device.kind" value={row.kind} /> },
  { name: "state", title: "device.state", show: (row) => row.title },
  { name: "do", title: "device.what_to_do", show: (row) => row.what_to_do || <Unknown /> },
  { name: "serial", title: "device.serial", show: (row) => <Identifier value={row.serial_number} /> },
];

const idOf = (row: DeviceOut) => row.id;

/** One computer: whether it is there, what is connected to it and how that is. */
export function AgentPage() {
  const { say } = useSay();
  const { id = "" } = useParams({ strict: false });
  const { data: agent, error } = useQuery({ ...agentDetail({ path: { id } }), refetchInterval: LOOK_MS });
  if (error) return <ProblemAlert error={error} />;
  if (!agent) return <Waiting />;
  return (
    <Page title={agent.name} badge={<AgentState agent={agent} />} actions={<Actions agent={agent} />}>
      <Panel>
        <Facts
          facts={[
            { label: say("agent.computer"), value: agent.computer || <Unknown /> },
            { label: say("agent.version"), value: agent.version || <Unknown /> },
            { label: say("agent.enrolled"), value: <Moment value={agent.enrolled_at} /> },
            { label: say("agent.seen"), value: <Moment value={agent.seen_at} /> },
            { label: say("agent.clock"), value: <Clock agent={agent} /> },
            { label: say("agent.open_jobs"), value: <Count value={agent.open_jobs} /> },
            { label: say("agent.waiting"), value: <Count value={agent.waiting_messages} /> },
            ...(agent.revoked_at ? [{ label: say("agent.revoked_at"), value: <Moment value={agent.revoked_at} /> }] : []),
          ]}
        />
      </Panel>
      <ResourceTable
        name="agent-devices"
        caption="agent.devices"
        isInside
        query={(search) => ({ ...deviceList({ query: { ...search, agent_id: id } }), refetchInterval: LOOK_MS })}
        columns={DEVICES}
        idOf={idOf}
        empty={{ title: "devices.empty.title", next: "devices.empty.next" }}
      />
    </Page>
  );
}

function Clock({ agent }: { agent: AgentOut }) {
  const { say } = useSay();
  return agent.clock_difference_s === null ? <Unknown /> : say("agent.clock.seconds", { seconds: agent.clock_difference_s });
}

function Actions({ agent }: { agent: AgentOut }) {
  const { say } = useSay();
  const may = useMay();
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<"code" | "revoke" | null>(null);
  const [told, setTold] = useState<AgentCodeOut | null>(null);
  const refresh = () => {
    setDialog(null);
    void queries.invalidateQueries({ queryKey: agentDetail({ path: { id: agent.id } }).queryKey });
    void queries.invalidateQueries({ queryKey: agentsKey() });
  };
  if (agent.revoked_at) return <Neighbours name="agents" id={agent.id} base="/agents" />;
  return (
    <>
      {may("renewAgentCode") ? (
        <Button size="xs" variant="default" onClick={() => setDialog("code")}>
          {say("agent.code.another")}
        </Button>
      ) : null}
      {may("revokeAgent") ? (
        <Button size="xs" variant="default" onClick={() => setDialog("revoke")}>
          {say("agent.revoke")}
        </Button>
      ) : null}
      <Neighbours name="agents" id={agent.id} base="/agents" />
      {dialog === "code" ? (
        <Confirm
          title={say("agent.code.another")}
          about={say("agent.code.another.about")}
          label={say("agent.code.another.do")}
          act={() => anotherCode(agent.id)}
          onClose={() => setDialog(null)}
          onDone={(code) => {
            setTold(code);
            refresh();
          }}
        />
      ) : null}
      {dialog === "revoke" ? (
        <Confirm
          title={say("agent.revoke")}
          about={say("agent.revoke.about")}
          label={say("agent.revoke.do")}
          act={() => revoke(agent.id)}
          onClose={() => setDialog(null)}
          onDone={refresh}
        />
      ) : null}
      {told ? <CodeDialog told={told} onClose={() => setTold(null)} /> : null}
    </>
  );
}

interface ConfirmProps<Answer> {
  title: string;
  about: string;
  label: string;
  act: () => Promise<Answer>;
  onClose: () => void;
  onDone: (answer: Answer) => void;
}

/** What cannot be taken back is said before it is done. */
function Confirm<Answer>({ title, about, label, act, onClose, onDone }: ConfirmProps<Answer>) {
  const { say } = useSay();
  const form = useProblemForm<Record<string, string>, Answer>({ initial: {}, submit: act, onDone });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": say("action.close") }}>
      <form onSubmit={form.submit}>
        <Stack gap="sm">
          {form.problem ? <ProblemAlert error={form.problem} /> : null}
          <Text size="sm">{about}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {say("action.cancel")}
            </Button>
            <Button type="submit" loading={form.isBusy}>
              {label}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

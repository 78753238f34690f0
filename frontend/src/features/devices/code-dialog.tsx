import { Code, List, Text } from "@mantine/core";

import type { AgentCodeOut } from "@/api";
import { formatMoment } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { Told } from "@/ui/told";

/** Seen once: the code, and what to do with it at the computer of the desk. */
export function CodeDialog({ told, onClose }: { told: AgentCodeOut; onClose: () => void }) {
  const { say } = useSay();
  return (
    <Told title={say("agent.code.title", { name: told.agent.name })} value={told.code} onClose={onClose}>
      <Text size="sm" ta="center">
        {say("agent.code.until", { moment: formatMoment(told.expires_at) })}
      </Text>
      <List type="ordered" size="sm" spacing={6}>
        <List.Item>{say("agent.code.install")}</List.Item>
        <List.Item>{say("agent.code.devices")}</List.Item>
        <List.Item>
          {say("agent.code.enrol")} <Code>{`rachun-agent enrol --code ${told.code}`}</Code>
        </List.Item>
      </List>
    </Told>
  );
}

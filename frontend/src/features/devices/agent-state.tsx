import type { AgentOut } from "@/api";
import { State } from "@/ui/states";

/** Where a computer stands between its first code and the end of its key. */
export function stateOf(agent: AgentOut): string {
  if (agent.revoked_at) return "REVOKED";
  if (!agent.enrolled_at) return "AWAITED";
  return agent.is_connected ? "CONNECTED" : "SILENT";
}

export function AgentState({ agent }: { agent: AgentOut }) {
  return <State of="agent.state" value={stateOf(agent)} />;
}

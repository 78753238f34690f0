import { type AgentIn, createAgent, renewAgentCode, revokeAgent } from "@/api";

export {
  getAgentOptions as agentDetail,
  listAgentsOptions as agentList,
  listAgentsQueryKey as agentsKey,
  listBranchesOptions as branches,
  listDevicesOptions as deviceList,
} from "@/api/@tanstack/react-query.gen";

export async function addAgent(body: AgentIn) {
  return (await createAgent({ body, throwOnError: true })).data;
}

export async function anotherCode(id: string) {
  return (await renewAgentCode({ path: { id }, throwOnError: true })).data;
}

export async function revoke(id: string) {
  return (await revokeAgent({ path: { id }, throwOnError: true })).data;
}

import { Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { AgentCodeOut, AgentOut } from "@/api";
import { AgentState } from "@/features/devices/agent-state";
import { CodeDialog } from "@/features/devices/code-dialog";
import { addAgent, agentList, agentsKey, branches } from "@/features/devices/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { useWorkplace } from "@/lib/workplace";
import { Count, Moment, Unknown } from "@/ui/figures";
import type { Filter } from "@/ui/filter-bar";
import { FormDialog } from "@/ui/form-dialog";
import { NewButton } from "@/ui/keys";
import { Page } from "@/ui/page";
import { useProblemForm } from "@/ui/problem-form";
import { type Column, ResourceTable } from "@/ui/resource-table";
import { To } from "@/ui/to";

const COLUMNS: Column<AgentOut>[] = [
  { name: "name", title: "agent.name", fields: ["name"], show: (row) => <Name agent={row} /> },
  { name: "state", title: "agent.state", show: (row) => <AgentState agent={row} /> },
  { name: "computer", title: "agent.computer", fields: ["computer"], show: (row) => row.computer || <Unknown /> },
  { name: "version", title: "agent.version", fields: ["version"], show: (row) => row.version || <Unknown /> },
  { name: "seen", title: "agent.seen", fields: ["seen_at"], show: (row) => <Moment value={row.seen_at} />, isNumber: true },
  { name: "jobs", title: "agent.open_jobs", fields: ["open_jobs"], show: (row) => <Count value={row.open_jobs} />, isNumber: true },
];

const idOf = (row: AgentOut) => row.id;

function Name({ agent }: { agent: AgentOut }) {
  const may = useMay();
  return may("getAgent") ? <To to={`/agents/${agent.id}`}>{agent.name}</To> : agent.name;
}

/** The computers of cash desks: whether each is there, and a place for another. */
export function AgentListPage() {
  const { say } = useSay();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const [told, setTold] = useState<AgentCodeOut | null>(null);
  const choices = ["false", "true"].map((value) => ({ value, label: say(value === "true" ? "agent.revoked" : "agent.in_use") }));
  const filters: Filter[] = [
    { name: "branch_id", label: "customer.branch", kind: "branch" },
    { name: "is_revoked", label: "agent.which", kind: "choice", choices, fallback: "false" },
  ];
  return (
    <Page title={say("place.agents")} actions={may("createAgent") ? <NewButton label={say("agent.new")} onClick={() => setOpen(true)} /> : null}>
      <ResourceTable
        name="agents"
        caption="place.agents"
        address="/api/v1/agents"
        query={(search) => agentList({ query: search })}
        columns={COLUMNS}
        filters={filters}
        idOf={idOf}
        empty={{ title: "agents.empty.title", next: "agents.empty.next" }}
      />
      {isOpen ? (
        <NewAgentDialog
          onClose={() => setOpen(false)}
          onDone={(code) => {
            setOpen(false);
            setTold(code);
          }}
        />
      ) : null}
      {told ? <CodeDialog told={told} onClose={() => setTold(null)} /> : null}
    </Page>
  );
}

function NewAgentDialog({ onClose, onDone }: { onClose: () => void; onDone: (told: AgentCodeOut) => void }) {
  const { say } = useSay();
  const queries = useQueryClient();
  const { branchId } = useWorkplace();
  const { data: places } = useQuery(branches({ query: { page_size: 200 } }));
  const only = places?.results.length === 1 ? (places.results[0]?.id ?? "") : branchId;
  const form = useProblemForm({
    initial: { branch_id: "", name: "" },
    submit: ({ branch_id: chosen, name }) => addAgent({ branch_id: chosen || only, name }),
    onDone: (told) => {
      void queries.invalidateQueries({ queryKey: agentsKey() });
      onDone(told);
    },
  });
  return (
    <FormDialog title={say("agent.new")} submitLabel={say("agent.new.do")} form={form} onClose={onClose} isReady={Boolean(form.values.branch_id || only)}>
      <Select
        label={say("customer.branch")}
        data={(places?.results ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={form.values.branch_id || only || null}
        error={form.field("branch_id").error}
        allowDeselect={false}
        onChange={(value) => form.set("branch_id", value ?? "")}
      />
      <TextInput {...form.field("name")} label={say("agent.name")} description={say("agent.name.about")} autoComplete="off" data-autofocus />
    </FormDialog>
  );
}

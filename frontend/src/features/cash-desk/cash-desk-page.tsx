import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { CashDeskOut, CashDeskStateOut } from "@/api";
import { OpenShift } from "@/features/cash-desk/open-shift";
import { deskList, deskState } from "@/features/cash-desk/queries";
import { RegisterState } from "@/features/cash-desk/register-state";
import { ShiftPanel } from "@/features/cash-desk/shift-panel";
import { Shifts } from "@/features/cash-desk/shifts";
import { Till } from "@/features/cash-desk/till";
import { useSay } from "@/lib/texts";
import { Page, Panel } from "@/ui/page";
import { Empty, ProblemAlert, Waiting } from "@/ui/states";

const KEPT_IN = "rachun.cash-desk";
const BUSY_MS = 500;
const IDLE_MS = 1500;

/** The desk chosen on this computer before, else the only one there is. */
export function CashDeskPage() {
  const { say } = useSay();
  const { data: desks, error } = useQuery(deskList({ query: { page_size: 200 } }));
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT_IN));
  if (error) return <ProblemAlert error={error} />;
  if (!desks) return <Waiting />;
  const known = desks.results.find((desk) => desk.id === chosen);
  const desk = known ?? (desks.results.length === 1 ? desks.results[0] : undefined);
  function choose(id: string | null) {
    if (id) localStorage.setItem(KEPT_IN, id);
    setChosen(id);
  }
  return (
    <Page
      title={desk ? say("cash.title", { desk: desk.name }) : say("place.cash")}
      actions={desks.results.length > 1 ? <Choice desks={desks.results} desk={desk} onChoose={choose} /> : null}
    >
      {desks.results.length === 0 ? <Empty title={say("cash.none.title")}>{say("cash.none.next")}</Empty> : null}
      {desk ? <Desk key={desk.id} desk={desk} /> : null}
      {!desk && desks.results.length > 1 ? <Empty title={say("cash.choose.title")}>{say("cash.choose.next")}</Empty> : null}
    </Page>
  );
}

interface ChoiceProps {
  desks: CashDeskOut[];
  desk: CashDeskOut | undefined;
  onChoose: (id: string | null) => void;
}

function Choice({ desks, desk, onChoose }: ChoiceProps) {
  const { say } = useSay();
  return (
    <Select
      aria-label={say("cash.choose.title")}
      placeholder={say("cash.choose.title")}
      data={desks.map((one) => ({ value: one.id, label: `${one.code} · ${one.name}` }))}
      value={desk?.id ?? null}
      onChange={onChoose}
      allowDeselect={false}
    />
  );
}

/** Whether the register is at something whose end the screen waits for. */
function isBusy(state: CashDeskStateOut | undefined): boolean {
  if (!state?.shift) return false;
  const isMoving = state.shift.movements.some((one) => one.state === "WAITING");
  return state.payment?.state === "TAKING" || state.shift.state === "CLOSING" || isMoving;
}

/** A payment under way says itself what the register lacks. */
function isToldByPayment({ payment, needs_attention, title }: CashDeskStateOut): boolean {
  return payment?.state === "TAKING" && needs_attention && payment.title === title;
}

function Desk({ desk }: { desk: CashDeskOut }) {
  const { say } = useSay();
  const { data: state, error, refetch } = useQuery({
    ...deskState({ path: { id: desk.id } }),
    refetchInterval: (query) => (isBusy(query.state.data) ? BUSY_MS : IDLE_MS),
    refetchIntervalInBackground: false,
    staleTime: 0,
  });
  if (error && !state) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!state) return <Waiting />;
  const { shift } = state;
  const again = () => void refetch();
  return (
    <>
      {error ? <ProblemAlert error={error} /> : null}
      {isToldByPayment(state) ? null : <RegisterState state={state} />}
      {shift === null ? <OpenShift desk={desk} onOpened={again} /> : null}
      {shift && !state.is_own_shift ? (
        <Panel title={say("cash.other.title", { name: shift.cashier_name })}>{say("cash.other.next")}</Panel>
      ) : null}
      {shift && state.is_own_shift && shift.state === "OPEN" ? <Till state={state} shift={shift} onChanged={again} /> : null}
      {shift ? <ShiftPanel state={state} shift={shift} onChanged={again} /> : null}
      <Shifts deskId={desk.id} openId={shift?.id ?? ""} />
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { OwnReadingCheckOut, OwnRegisterOut } from "@/api";
import { check } from "@/features/readings/queries";
import { isLess } from "@/features/readings/typed-value";
import { formatQuantity } from "@/lib/amounts";
import { hasText, useSay } from "@/lib/texts";
import { useQuantity } from "@/ui/figures";
import { Notice } from "@/ui/states";
import { Words } from "@/ui/words";

const PAUSE_MS = 350;

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

interface PlausibilityProps {
  register: OwnRegisterOut;
  readDate: string;
  value: string;
}

/** What the value would mean, while it is typed. Without a network only the last value is compared. */
export function Plausibility({ register, readDate, value }: PlausibilityProps) {
  const { say, language } = useSay();
  const settled = useSettled(value);
  const { data, isError } = useQuery(check(register.id, readDate, settled));
  if (value === "") return null;
  if (data && !isError && settled === value) return <Opinion opinion={data} unit={register.unit} />;
  const latest = register.latest;
  if (latest && isLess(value, latest.value)) {
    return <Notice kind="warn" title={say("reading.below", { value: formatQuantity(latest.value, language) })} />;
  }
  return null;
}

function Opinion({ opinion, unit }: { opinion: OwnReadingCheckOut; unit: string }) {
  const { say } = useSay();
  const inWords = useQuantity();
  const quantity = (value: string) => inWords(value, unit);
  const used =
    opinion.used === null || opinion.days === null
      ? null
      : say("reading.used", { quantity: quantity(opinion.used), days: opinion.days });
  const usual =
    opinion.usual === null || opinion.usual_days === null
      ? null
      : say("reading.usual", { quantity: quantity(opinion.usual), days: opinion.usual_days });
  const oddities = opinion.checks.map((name) => `check.${name}`).filter(hasText);
  const details = (
    <>
      {used ? <Words size="small">{used}</Words> : null}
      {usual ? <Words size="small">{usual}</Words> : null}
    </>
  );
  if (opinion.action === "REFUSE" || opinion.action === "HOLD" || opinion.used?.startsWith("-")) {
    const title = oddities[0] ? say(oddities[0]) : say("check.other");
    return (
      <Notice kind={opinion.action === "REFUSE" ? "late" : "warn"} title={title}>
        {details}
        <Words size="small">{say(opinion.action === "REFUSE" ? "reading.refused" : "reading.looked")}</Words>
      </Notice>
    );
  }
  return (
    <Notice kind="good" title={used ?? say("reading.first")}>
      {usual ? <Words size="small">{usual}</Words> : null}
    </Notice>
  );
}

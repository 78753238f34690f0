import { useCallback, useEffect, useRef, useState } from "react";

import { isCovered, useKeys } from "@/ui/keys";

const CONTROLS = "a, button, input, select, textarea, [role=tab]";

interface RowCursor {
  at: number;
  body: (section: HTMLTableSectionElement | null) => void;
}

/** j and k walk over the rows, Enter opens the one in hand, other keys act on it. */
export function useRowCursor<Row>(rows: Row[] | undefined, keys: Record<string, (row: Row) => void>, isOn: boolean): RowCursor {
  const [at, setAt] = useState(-1);
  const body = useRef<HTMLTableSectionElement>(null);
  const count = rows?.length ?? 0;
  const held = Math.min(at, count - 1);
  useEffect(() => {
    if (held >= 0) body.current?.rows[held]?.scrollIntoView({ block: "nearest" });
  }, [held]);
  const move = (to: number) => setAt(Math.max(0, Math.min(to, count - 1)));
  const onRow = (act: (row: Row) => void) => () => {
    const row = rows?.[held];
    if (row) act(row);
  };
  const walking = { J: () => move(held + 1), K: () => move(held - 1), ArrowDown: () => move(held + 1), ArrowUp: () => move(held - 1) };
  const acting = Object.fromEntries(Object.entries(keys).map(([key, act]) => [key, onRow(act)]));
  useKeys(isOn ? { ...walking, ...acting } : {});
  useEnter(isOn && held >= 0, () => body.current?.rows[held]?.querySelector<HTMLElement>("a[href], button")?.click());
  const hold = useCallback((section: HTMLTableSectionElement | null) => {
    body.current = section;
  }, []);
  return { at: isOn ? held : -1, body: hold };
}

/** Enter on the row in hand, unless a control has it. */
function useEnter(isOn: boolean, act: () => void) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!isOn) return undefined;
    const heard = (event: KeyboardEvent) => {
      const isOfControl = event.target instanceof Element && event.target.closest(CONTROLS) !== null;
      if (event.key === "Enter" && !isOfControl && !isCovered()) latest.current();
    };
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, [isOn]);
}

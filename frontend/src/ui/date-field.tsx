import { TextInput } from "@mantine/core";
import { useState } from "react";

import { formatDate, typedDate } from "@/lib/dates";
import { useSay } from "@/lib/texts";

interface DateFieldProps {
  label: string;
  name: string;
  /** ISO, or what was typed when it is no day of the calendar: the server refuses it then. */
  value: string;
  onChange: (iso: string) => void;
  error: string | undefined;
}

/** A day typed as dd.mm.yyyy, quicker than any calendar. */
export function DateField({ label, name, value, onChange, error }: DateFieldProps) {
  const { say } = useSay();
  const [typed, setTyped] = useState(typedDate(value) ? formatDate(value) : value);
  const isWrong = typed !== "" && typedDate(typed) === null;
  return (
    <TextInput
      label={label}
      name={name}
      placeholder={say("date.form")}
      value={typed}
      error={error ?? (isWrong ? say("date.wrong") : undefined)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(typedDate(event.currentTarget.value) ?? event.currentTarget.value);
      }}
    />
  );
}

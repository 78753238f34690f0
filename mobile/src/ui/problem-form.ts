import { useRef, useState } from "react";

import { asProblem, fieldOf } from "@/lib/problem";

interface Wanted<Values extends Record<string, string>, Answer> {
  initial: Values;
  submit: (values: Values) => Promise<Answer>;
  onDone: (answer: Answer) => void;
}

/** Values, errors on their fields, and a submit that cannot happen twice. */
export function useProblemForm<Values extends Record<string, string>, Answer>(wanted: Wanted<Values, Answer>) {
  const [values, setValues] = useState(wanted.initial);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isSending = useRef(false);
  const fieldErrors = error ? asProblem(error).errors : [];

  function field(name: keyof Values & string) {
    const own = fieldErrors.filter((one) => fieldOf(one.pointer) === name);
    return {
      value: values[name] ?? "",
      onChangeText: (text: string) => setValues((before) => ({ ...before, [name]: text })),
      error: own.length ? own.map((one) => one.detail).join(" ") : undefined,
    };
  }

  async function submit() {
    if (isSending.current) return;
    isSending.current = true;
    setIsBusy(true);
    try {
      const answer = await wanted.submit(values);
      setError(null);
      wanted.onDone(answer);
    } catch (problem) {
      setError(problem);
    } finally {
      isSending.current = false;
      setIsBusy(false);
    }
  }

  /** Shown above the form: everything that is not the fault of one of its fields. */
  const isOfFields =
    fieldErrors.length > 0 && fieldErrors.every((one) => Object.hasOwn(values, fieldOf(one.pointer)));
  return { values, field, submit, isBusy, problem: error && !isOfFields ? error : null };
}

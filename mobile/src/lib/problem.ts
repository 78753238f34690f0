import type { FieldProblemOut, ProblemOut } from "@/api";

/** What went wrong, whether the server said it or the network did. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  instance: string;
  retryAfterS: number | null;
  errors: FieldProblemOut[];
}

const SILENT: Problem = {
  status: 0,
  code: "unreachable",
  title: "",
  detail: "",
  instance: "",
  retryAfterS: null,
  errors: [],
};

export function asProblem(error: unknown): Problem {
  if (!isProblem(error)) return SILENT;
  const wait = error.params["retry_after_s"];
  return {
    status: error.status,
    code: error.code,
    title: error.title,
    detail: error.detail,
    instance: error.instance,
    retryAfterS: typeof wait === "number" ? wait : null,
    errors: error.errors,
  };
}

function isProblem(error: unknown): error is ProblemOut {
  return typeof error === "object" && error !== null && "code" in error && "status" in error && "errors" in error;
}

/** "/contact_points/0/value" as the name of the field of a form: "contact_points". */
export function fieldOf(pointer: string): string {
  return pointer.split("/")[1] ?? "";
}

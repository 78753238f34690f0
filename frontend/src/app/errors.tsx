import type { ErrorComponentProps } from "@tanstack/react-router";

import { useSay } from "@/lib/texts";
import { Page } from "@/ui/page";
import { Empty, ProblemAlert } from "@/ui/states";
import { To } from "@/ui/to";

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const { say } = useSay();
  return (
    <Page title={say("failed.title")}>
      <ProblemAlert error={error} onRetry={reset} />
    </Page>
  );
}

export function NotFound() {
  const { say } = useSay();
  return (
    <Page title={say("missing.title")}>
      <Empty title={say("missing.about")}>
        <To to="/">{say("missing.next")}</To>
      </Empty>
    </Page>
  );
}

import { QueryErrorResetBoundary } from "@tanstack/react-query";
import { Component, type ReactNode, Suspense } from "react";

import { useSay } from "@/lib/texts";
import { Screen } from "@/ui/screen";
import { ProblemNotice, Waiting } from "@/ui/states";

/** While a screen waits, and when it cannot be had. */
export function Boundary({ children, resetBy }: { children: ReactNode; resetBy: string }) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Catching key={resetBy} onRetry={reset}>
          <Suspense fallback={<Waiting />}>{children}</Suspense>
        </Catching>
      )}
    </QueryErrorResetBoundary>
  );
}

class Catching extends Component<{ children: ReactNode; onRetry: () => void }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Failed
        error={this.state.error}
        onRetry={() => {
          this.props.onRetry();
          this.setState({ error: null });
        }}
      />
    );
  }
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { say } = useSay();
  return (
    <Screen title={say("state.failed")}>
      <ProblemNotice error={error} onRetry={onRetry} />
    </Screen>
  );
}

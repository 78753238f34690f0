import type { ReactNode } from "react";

/** What may be wider than a small window: it scrolls by itself, also by the keyboard, and the page does not. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}

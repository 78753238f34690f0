import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** A link to a page of the application, by its address. */
export function To({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="plain">
      {children}
    </Link>
  );
}

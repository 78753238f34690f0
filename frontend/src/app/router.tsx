import { QueryClient } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type RouteComponent,
} from "@tanstack/react-router";

import { NotFound, PageFailed } from "@/app/errors";
import { LoginPage } from "@/app/login-page";
import { Shell } from "@/app/shell";
import { meQuery } from "@/lib/access";
import { hasAccess, renewSession } from "@/lib/session";
import { hasChosenLanguage, isLanguage, showLanguage } from "@/lib/texts";
import { Waiting } from "@/ui/states";

const FINAL = [400, 401, 403, 404, 409, 422];

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error: unknown) => failures < 2 && !FINAL.includes(statusOf(error)),
    },
  },
});

function statusOf(error: unknown): number {
  return typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 0;
}

const search = (told: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)]));

const root = createRootRoute({ component: Outlet, validateSearch: search, notFoundComponent: NotFound });

const login = createRoute({ getParentRoute: () => root, path: "/login", component: LoginPage });

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ location }) => {
    if (!hasAccess() && !(await renewSession())) {
      throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
    }
    const me = await queries.ensureQueryData(meQuery);
    if (!hasChosenLanguage() && isLanguage(me.language)) await showLanguage(me.language);
  },
});

function page<Path extends string>(path: Path, component: RouteComponent) {
  return createRoute({ getParentRoute: () => inside, path, component });
}

/** A cashier's first page is the desk: whoever takes cash and runs no jobs. */
const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/home-page"), "HomePage"),
  beforeLoad: async () => {
    const { operations } = await queries.ensureQueryData(meQuery);
    if (operations.includes("takeCashPayment") && !operations.includes("listJobs")) throw redirect({ to: "/cash-desk" });
  },
});

const pages = [
  home,
  page("/cash-desk", lazyRouteComponent(() => import("@/features/cash-desk/cash-desk-page"), "CashDeskPage")),
  page("/accounts", lazyRouteComponent(() => import("@/features/accounts/account-list-page"), "AccountListPage")),
  page("/customers/new", lazyRouteComponent(() => import("@/features/customers/new-customer-page"), "NewCustomerPage")),
  page("/accounts/$id", lazyRouteComponent(() => import("@/features/accounts/account-page"), "AccountPage")),
  page("/parties", lazyRouteComponent(() => import("@/features/parties/party-list-page"), "PartyListPage")),
  page("/parties/$id", lazyRouteComponent(() => import("@/features/parties/party-page"), "PartyPage")),
  page("/agreements", lazyRouteComponent(() => import("@/features/agreements/agreement-list-page"), "AgreementListPage")),
  page("/agreements/$id", lazyRouteComponent(() => import("@/features/agreements/agreement-page"), "AgreementPage")),
  page("/usage-batches", lazyRouteComponent(() => import("@/features/usage/batch-list-page"), "BatchListPage")),
  page("/usage-batches/$id", lazyRouteComponent(() => import("@/features/usage/batch-page"), "BatchPage")),
  page("/suspended", lazyRouteComponent(() => import("@/features/usage/suspended-page"), "SuspendedPage")),
  page("/reratings", lazyRouteComponent(() => import("@/features/reratings/rerating-list-page"), "ReratingListPage")),
  page("/reratings/$id", lazyRouteComponent(() => import("@/features/reratings/rerating-page"), "ReratingPage")),
  page("/readings", lazyRouteComponent(() => import("@/features/readings/reading-list-page"), "ReadingListPage")),
  page("/reading-round", lazyRouteComponent(() => import("@/features/readings/reading-entry-page"), "ReadingEntryPage")),
  page("/held-readings", lazyRouteComponent(() => import("@/features/readings/held-page"), "HeldPage")),
  page("/bill-runs", lazyRouteComponent(() => import("@/features/bill-runs/run-list-page"), "RunListPage")),
  page("/bill-runs/$id", lazyRouteComponent(() => import("@/features/bill-runs/run-page"), "RunPage")),
  page("/bills", lazyRouteComponent(() => import("@/features/bills/bill-list-page"), "BillListPage")),
  page("/bills/$id", lazyRouteComponent(() => import("@/features/bills/bill-page"), "BillPage")),
  page("/entries", lazyRouteComponent(() => import("@/features/entries/entry-list-page"), "EntryListPage")),
  page("/entries/$id", lazyRouteComponent(() => import("@/features/entries/entry-page"), "EntryPage")),
  page("/common-meters", lazyRouteComponent(() => import("@/features/common-meters/common-meter-list-page"), "CommonMeterListPage")),
  page("/losses", lazyRouteComponent(() => import("@/features/losses/losses-page"), "LossesPage")),
  page("/agents", lazyRouteComponent(() => import("@/features/devices/agent-list-page"), "AgentListPage")),
  page("/agents/$id", lazyRouteComponent(() => import("@/features/devices/agent-page"), "AgentPage")),
  page("/cash-desks", lazyRouteComponent(() => import("@/features/cash-desks/desk-list-page"), "DeskListPage")),
  page("/receipts", lazyRouteComponent(() => import("@/features/receipts/receipt-list-page"), "ReceiptListPage")),
  page("/jobs", lazyRouteComponent(() => import("@/features/jobs/job-list-page"), "JobListPage")),
  page("/jobs/$id", lazyRouteComponent(() => import("@/features/jobs/job-page"), "JobPage")),
  page("$", NotFound), // an unknown address keeps the frame around it
];

export const router = createRouter({
  routeTree: root.addChildren([login, inside.addChildren(pages)]),
  defaultPreload: false,
  defaultPendingComponent: Waiting,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NotFound,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (told) => {
    const text = new URLSearchParams(search(told)).toString();
    return text ? `?${text}` : "";
  },
});

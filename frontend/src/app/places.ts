import {
  IconAddressBook,
  IconAlertCircle,
  IconBook2,
  IconBuildingStore,
  IconCalculator,
  IconCash,
  IconCashRegister,
  IconDeviceDesktop,
  IconDropletHalf2,
  IconEyeCheck,
  IconFileInvoice,
  IconFileText,
  IconGauge,
  IconHierarchy2,
  IconHome,
  IconKeyboard,
  IconListCheck,
  IconRefresh,
  IconStack2,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";

import type { TextKey } from "@/lib/texts";

export interface Place {
  to: string;
  text: TextKey;
  icon: TablerIcon;
  /** The operation without which the place shows nothing. */
  needs: string;
  search?: Record<string, string>;
}

export const PLACES: { text: TextKey; places: Place[] }[] = [
  {
    text: "place.work",
    places: [
      { to: "/", text: "place.home", icon: IconHome, needs: "getMe" },
      { to: "/cash-desk", text: "place.cash", icon: IconCashRegister, needs: "takeCashPayment" },
      { to: "/jobs", text: "place.jobs", icon: IconListCheck, needs: "listJobs" },
    ],
  },
  {
    text: "place.customers",
    places: [
      { to: "/accounts", text: "place.accounts", icon: IconAddressBook, needs: "listAccounts" },
      { to: "/parties", text: "place.parties", icon: IconUsers, needs: "listParties" },
      { to: "/agreements", text: "place.agreements", icon: IconFileText, needs: "listAgreements" },
    ],
  },
  {
    text: "place.usage",
    places: [
      { to: "/usage-batches", text: "place.batches", icon: IconStack2, needs: "listUsageBatches" },
      { to: "/suspended", text: "place.suspended", icon: IconAlertCircle, needs: "listUsageRecords" },
      { to: "/reratings", text: "place.reratings", icon: IconRefresh, needs: "listReratings" },
      { to: "/reading-round", text: "place.round", icon: IconKeyboard, needs: "createReading" },
      { to: "/held-readings", text: "place.held", icon: IconEyeCheck, needs: "listHeldReadings" },
      { to: "/readings", text: "place.readings", icon: IconGauge, needs: "listReadings" },
      { to: "/common-meters", text: "place.common", icon: IconHierarchy2, needs: "listCommonMeters" },
      { to: "/losses", text: "place.losses", icon: IconDropletHalf2, needs: "getLossesReport" },
    ],
  },
  {
    text: "place.billing",
    places: [
      { to: "/bill-runs", text: "place.runs", icon: IconCalculator, needs: "listBillRuns" },
      { to: "/bills", text: "place.bills", icon: IconFileInvoice, needs: "listBills" },
    ],
  },
  {
    text: "place.money",
    places: [
      { to: "/receipts", text: "place.receipts", icon: IconCash, needs: "listReceipts" },
      { to: "/entries", text: "place.entries", icon: IconBook2, needs: "listEntries" },
    ],
  },
  {
    text: "place.enterprise",
    places: [
      { to: "/cash-desks", text: "place.desks", icon: IconBuildingStore, needs: "createCashDesk" },
      { to: "/agents", text: "place.agents", icon: IconDeviceDesktop, needs: "createAgent" },
    ],
  },
];

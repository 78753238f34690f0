import { BillListScreen } from "@/features/bills/bill-list-screen";

export default function BillListRoute() {
  return <BillListScreen />;
}

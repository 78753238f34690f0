import { useLocalSearchParams } from "expo-router";

import { BillScreen } from "@/features/bills/bill-screen";

export default function BillRoute() {
  const { id } = useLocalSearchParams<{ id: string }>();
  return <BillScreen id={id} />;
}

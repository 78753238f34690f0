import { UsageScreen } from "@/features/usage/usage-screen";

export default function UsageRoute() {
  return <UsageScreen />;
}

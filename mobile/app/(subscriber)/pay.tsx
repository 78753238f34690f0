import { PayScreen } from "@/features/pay/pay-screen";

export default function PayRoute() {
  return <PayScreen />;
}

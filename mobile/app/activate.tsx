import { ActivateScreen } from "@/features/access/activate-screen";

export default function ActivateRoute() {
  return <ActivateScreen />;
}

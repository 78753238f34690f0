import { ReadingsScreen } from "@/features/readings/readings-screen";

export default function ReadingsRoute() {
  return <ReadingsScreen />;
}

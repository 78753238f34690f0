import { HomeScreen } from "@/features/home/home-screen";

export default function HomeRoute() {
  return <HomeScreen />;
}

import { Redirect } from "expo-router";

import { SignInScreen } from "@/features/access/sign-in-screen";
import { useSession } from "@/ui/use-session";

export default function SignInRoute() {
  return useSession() === "IN" ? <Redirect href="/" /> : <SignInScreen />;
}

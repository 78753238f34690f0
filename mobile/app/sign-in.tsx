import { type Href, Redirect, useLocalSearchParams } from "expo-router";

import { SignInScreen } from "@/features/access/sign-in-screen";
import { useSession } from "@/ui/use-session";

export default function SignInRoute() {
  const { next } = useLocalSearchParams<{ next?: string }>();
  // Only an address inside the application: "//elsewhere" would leave it.
  const goOn = (next && /^\/(?!\/)/.test(next) ? next : "/") as Href;
  return useSession() === "IN" ? <Redirect href={goOn} /> : <SignInScreen />;
}

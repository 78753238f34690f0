import { Slot, usePathname } from "expo-router";

import { SignInScreen } from "@/features/access/sign-in-screen";
import { Boundary } from "@/ui/boundary";
import { Frame } from "@/ui/frame";
import { Waiting } from "@/ui/states";
import { useSession } from "@/ui/use-session";

/** Everything behind the sign-in. The address stays what was asked for, and is shown once somebody is in. */
export default function SubscriberLayout() {
  const session = useSession();
  const path = usePathname();
  if (session === "UNKNOWN") return <Waiting />;
  if (session === "OUT") return <SignInScreen />;
  return (
    <Frame>
      <Boundary resetBy={path}>
        <Slot />
      </Boundary>
    </Frame>
  );
}

import { Redirect, Slot, usePathname } from "expo-router";

import { Boundary } from "@/ui/boundary";
import { Frame } from "@/ui/frame";
import { Waiting } from "@/ui/states";
import { useSession } from "@/ui/use-session";

/** Everything behind the sign-in; the address waits until somebody is in. */
export default function SubscriberLayout() {
  const session = useSession();
  const path = usePathname();
  if (session === "UNKNOWN") return <Waiting />;
  if (session === "OUT") return <Redirect href={path === "/" ? "/sign-in" : { pathname: "/sign-in", params: { next: path } }} />;
  return (
    <Frame>
      <Boundary resetBy={path}>
        <Slot />
      </Boundary>
    </Frame>
  );
}

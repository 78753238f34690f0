import { type Href, Link } from "expo-router";
import { Pressable } from "react-native";

import { TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

export function TextLink({ to, label }: { to: Href; label: string }) {
  return (
    <Link href={to} asChild>
      <Pressable role="link" style={{ minHeight: TOUCH, justifyContent: "center" }}>
        <Words tone="accent" style={{ textDecorationLine: "underline" }}>
          {label}
        </Words>
      </Pressable>
    </Link>
  );
}

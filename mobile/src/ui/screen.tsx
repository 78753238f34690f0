import { type Href, Link } from "expo-router";
import { type ReactNode, useEffect } from "react";
import { Pressable, ScrollView, View } from "react-native";

import { showPageTitle } from "@/lib/page";
import { useSay } from "@/lib/texts";
import { Icon } from "@/ui/icons";
import { useLook } from "@/ui/look";
import { GAP, TEXT_WIDTH, TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

interface ScreenProps {
  title: string;
  /** Where this screen was opened from. */
  back?: { to: Href; label: string };
  children: ReactNode;
}

/** A page of one column: where from, its title, its content. */
export function Screen({ title, back, children }: ScreenProps) {
  const { say } = useSay();
  useEffect(() => showPageTitle(`${title} – ${say("app.name")}`), [title, say]);
  return (
    <ScrollView role="main" style={{ flex: 1 }} contentContainerStyle={{ padding: GAP, alignItems: "center" }}>
      <View style={{ width: "100%", maxWidth: TEXT_WIDTH, gap: GAP, paddingBottom: GAP * 2 }}>
        <View>
          {back ? <BackLink {...back} /> : null}
          <Words heading={1} size="large">
            {title}
          </Words>
        </View>
        {children}
      </View>
    </ScrollView>
  );
}

function BackLink({ to, label }: { to: Href; label: string }) {
  const { tones, scale } = useLook();
  return (
    <Link href={to} asChild>
      <Pressable
        role="link"
        style={{ flexDirection: "row", gap: 6, alignItems: "center", minHeight: TOUCH, alignSelf: "flex-start" }}
      >
        <Icon name="back" size={20 * scale} color={tones.accent} />
        <Words tone="accent">{label}</Words>
      </Pressable>
    </Link>
  );
}

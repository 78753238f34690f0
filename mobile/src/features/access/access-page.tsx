import type { ReactNode } from "react";
import { ScrollView, View } from "react-native";
import { useSafeAreaInsets } from "react-native-safe-area-context";

import { useSay } from "@/lib/texts";
import { LanguageChoice } from "@/ui/language-choice";
import { useLook } from "@/ui/look";
import { GAP } from "@/ui/theme";
import { Words } from "@/ui/words";

const WIDTH = 420;

/** Before somebody is in: the name, one form, the language. */
export function AccessPage({ title, intro, children }: { title: string; intro: string; children: ReactNode }) {
  const { say } = useSay();
  const { tones } = useLook();
  const insets = useSafeAreaInsets();
  return (
    <ScrollView
      role="main"
      style={{ flex: 1, backgroundColor: tones.ground }}
      contentContainerStyle={{
        flexGrow: 1,
        alignItems: "center",
        justifyContent: "center",
        padding: GAP,
        paddingTop: GAP + insets.top,
        paddingBottom: GAP + insets.bottom,
      }}
      keyboardShouldPersistTaps="handled"
    >
      <View style={{ width: "100%", maxWidth: WIDTH, gap: GAP }}>
        <View style={{ gap: 4 }}>
          <Words tone="accent" strong>
            {say("app.name")}
          </Words>
          <Words heading={1} size="large">
            {title}
          </Words>
          <Words tone="quiet">{intro}</Words>
        </View>
        {children}
        <LanguageChoice />
      </View>
    </ScrollView>
  );
}

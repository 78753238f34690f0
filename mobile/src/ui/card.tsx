import type { ReactNode } from "react";
import { View } from "react-native";

import { useLook } from "@/ui/look";
import { GAP, RADIUS } from "@/ui/theme";
import { Words } from "@/ui/words";

/** What belongs together, inside one hairline. */
export function Card({ title, children }: { title?: string; children: ReactNode }) {
  const { tones } = useLook();
  return (
    <View
      style={{
        backgroundColor: tones.surface,
        borderColor: tones.line,
        borderWidth: 1,
        borderRadius: RADIUS,
        padding: GAP,
        gap: 12,
      }}
    >
      {title ? (
        <Words heading={2} tone="quiet">
          {title}
        </Words>
      ) : null}
      {children}
    </View>
  );
}

/** A name and its value on one line, or on two where both do not fit. */
export function Fact({ name, value, isStrong = false }: { name: string; value: string; isStrong?: boolean }) {
  return (
    <View style={{ flexDirection: "row", flexWrap: "wrap", justifyContent: "space-between", columnGap: GAP }}>
      <Words tone="quiet" style={{ flexShrink: 1 }}>
        {name}
      </Words>
      <Words strong={isStrong} style={{ textAlign: "right", marginLeft: "auto", flexShrink: 1 }}>
        {value}
      </Words>
    </View>
  );
}

export function Rule() {
  const { tones } = useLook();
  return <View style={{ height: 1, backgroundColor: tones.line }} />;
}

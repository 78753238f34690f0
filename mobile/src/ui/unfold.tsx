import type { ReactNode } from "react";
import { Pressable, View } from "react-native";

import { useLook } from "@/ui/look";
import { Words } from "@/ui/words";

interface UnfoldProps {
  label: string;
  /** What it tells more about, for somebody who hears the button without its surroundings. */
  of: string;
  isOpen: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** More about one thing, where it stands, for who wants to know. */
export function Unfold({ label, of, isOpen, onToggle, children }: UnfoldProps) {
  const { tones } = useLook();
  return (
    <View>
      <Pressable
        role="button"
        aria-expanded={isOpen}
        accessibilityLabel={`${label}: ${of}`}
        onPress={onToggle}
        style={{ minHeight: 32, justifyContent: "center", alignSelf: "flex-start" }}
      >
        <Words size="small" tone="accent" style={{ textDecorationLine: "underline" }}>
          {label}
        </Words>
      </Pressable>
      {isOpen ? (
        <View style={{ gap: 4, paddingLeft: 12, borderLeftWidth: 2, borderLeftColor: tones.line }}>{children}</View>
      ) : null}
    </View>
  );
}

import type { ReactNode } from "react";
import { type StyleProp, Text, type TextStyle } from "react-native";

import { useLook } from "@/ui/look";
import { LINE, SIZES, type Size, type Tones } from "@/ui/theme";

interface WordsProps {
  children: ReactNode;
  size?: Size;
  tone?: keyof Tones;
  strong?: boolean;
  heading?: 1 | 2 | 3;
  /** Read out when it appears or changes. */
  live?: "polite" | "assertive";
  id?: string;
  style?: StyleProp<TextStyle>;
}

/** Every word on a screen: its size, its tone, and whether it is a heading. */
export function Words({ children, size = "body", tone = "text", strong = false, heading, live, id, style }: WordsProps) {
  const { tones, scale, fontFamily } = useLook();
  const pixels = SIZES[size] * scale;
  const role = heading ? ({ role: "heading", "aria-level": heading } as const) : {};
  return (
    <Text
      {...role}
      nativeID={id}
      aria-live={live}
      style={[
        {
          color: tones[tone],
          fontFamily,
          fontSize: pixels,
          lineHeight: Math.round(pixels * LINE),
          fontWeight: strong || heading ? "600" : "400",
          fontVariant: ["tabular-nums"],
        },
        style,
      ]}
    >
      {children}
    </Text>
  );
}

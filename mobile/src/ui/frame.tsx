import { type Href, Link, usePathname } from "expo-router";
import type { ReactNode } from "react";
import { Pressable, useWindowDimensions, View } from "react-native";
import { useSafeAreaInsets } from "react-native-safe-area-context";

import { type TextKey, useSay } from "@/lib/texts";
import { Icon, type IconName } from "@/ui/icons";
import { useLook } from "@/ui/look";
import { TOUCH, WIDE_FROM } from "@/ui/theme";
import { Words } from "@/ui/words";

interface Place {
  to: Href & string;
  icon: IconName;
  name: TextKey;
}

const PLACES: Place[] = [
  { to: "/", icon: "home", name: "place.home" },
  { to: "/usage", icon: "chart", name: "place.usage" },
  { to: "/bills", icon: "bill", name: "place.bills" },
  { to: "/settings", icon: "settings", name: "place.settings" },
];
const RAIL_WIDTH = 208;
const LABEL = 13; // four of them side by side on the smallest phone

/** The same four places: below on a phone, at the left on a desktop. */
export function Frame({ children }: { children: ReactNode }) {
  const { tones, scale } = useLook();
  const { say } = useSay();
  const insets = useSafeAreaInsets();
  const { width } = useWindowDimensions();
  const isWide = width >= WIDE_FROM * Math.min(scale, 1.2);
  const edge = isWide ? { borderRightWidth: 1, width: RAIL_WIDTH * scale } : { borderTopWidth: 1 };
  const places = (
    <View
      role="navigation"
      aria-label={say("place.label")}
      style={{
        ...edge,
        flexDirection: isWide ? "column" : "row",
        borderColor: tones.line,
        backgroundColor: tones.surface,
        paddingBottom: insets.bottom,
        paddingTop: isWide ? 12 : 0,
      }}
    >
      {PLACES.map((place) => (
        <PlaceLink key={place.to} place={place} isWide={isWide} />
      ))}
    </View>
  );
  return (
    <View
      style={{
        flex: 1,
        flexDirection: isWide ? "row" : "column",
        backgroundColor: tones.ground,
        paddingTop: insets.top,
        paddingLeft: insets.left,
        paddingRight: insets.right,
      }}
    >
      {isWide ? places : null}
      <View style={{ flex: 1, minHeight: 0 }}>{children}</View>
      {isWide ? null : places}
    </View>
  );
}

function PlaceLink({ place, isWide }: { place: Place; isWide: boolean }) {
  const { tones, scale } = useLook();
  const { say } = useSay();
  const path = usePathname();
  const isHere = place.to === "/" ? path === "/" : path.startsWith(place.to);
  const tone = isHere ? "accent" : "quiet";
  return (
    <Link href={place.to} asChild>
      <Pressable
        role="link"
        {...(isHere ? { "aria-current": "page" } : {})}
        style={{
          flex: isWide ? undefined : 1,
          minWidth: 0,
          minHeight: TOUCH + 8,
          flexDirection: isWide ? "row" : "column",
          alignItems: "center",
          justifyContent: isWide ? "flex-start" : "center",
          gap: isWide ? 12 : 2,
          paddingHorizontal: isWide ? 16 : 2,
          paddingVertical: 6,
          backgroundColor: isHere && isWide ? tones.accentGround : undefined,
        }}
      >
        <Icon name={place.icon} size={24} color={tones[tone]} />
        <Words
          size={isWide ? "body" : "small"}
          tone={tone}
          strong={isHere}
          style={isWide ? null : { textAlign: "center", fontSize: LABEL * Math.min(scale, 1.1) }}
        >
          {say(place.name)}
        </Words>
      </Pressable>
    </Link>
  );
}

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { Platform, useColorScheme } from "react-native";
import { PaperProvider } from "react-native-paper";

import { deviceTextScale } from "@/lib/page";
import { keepSetting, readSetting } from "@/lib/settings-store";
import { Icon, type IconName, isIconName } from "@/ui/icons";
import { DARK, isTextScale, LIGHT, paperTheme, TEXT_SCALES, type TextScale, type Tones } from "@/ui/theme";

export const SCHEMES = ["auto", "light", "dark"] as const;
export type Scheme = (typeof SCHEMES)[number];

interface Look {
  tones: Tones;
  isDark: boolean;
  scale: number;
  fontFamily: string;
  scheme: Scheme;
  textScale: TextScale;
  chooseScheme: (scheme: Scheme) => void;
  chooseTextScale: (scale: TextScale) => void;
}

// Inter comes with the page; a phone has a typeface of its own with every letter that we need.
const FONT = Platform.select({ web: "'Inter Variable', sans-serif", default: "System" });
const LookContext = createContext<Look | null>(null);

function isScheme(text: unknown): text is Scheme {
  return SCHEMES.some((scheme) => scheme === text);
}

export function useLook(): Look {
  const look = useContext(LookContext);
  if (!look) throw new Error("useLook outside of LookProvider");
  return look;
}

function PaperIcon({ name, color, size }: { name: IconName; color?: string; size: number }) {
  return <Icon name={name} size={size} color={color ?? "currentColor"} />;
}

export function LookProvider({ children }: { children: ReactNode }) {
  const system = useColorScheme();
  const keptScheme = readSetting("scheme");
  const keptScale = readSetting("text");
  const [scheme, setScheme] = useState<Scheme>(isScheme(keptScheme) ? keptScheme : "auto");
  const [textScale, setTextScale] = useState<TextScale>(isTextScale(keptScale) ? keptScale : "usual");
  const isDark = scheme === "auto" ? system === "dark" : scheme === "dark";
  const scale = TEXT_SCALES[textScale] * deviceTextScale();
  const look = useMemo<Look>(
    () => ({
      tones: isDark ? DARK : LIGHT,
      isDark,
      scale,
      fontFamily: FONT,
      scheme,
      textScale,
      chooseScheme: (chosen) => {
        keepSetting("scheme", chosen);
        setScheme(chosen);
      },
      chooseTextScale: (chosen) => {
        keepSetting("text", chosen);
        setTextScale(chosen);
      },
    }),
    [isDark, scale, scheme, textScale, setScheme, setTextScale],
  );
  const paper = useMemo(() => paperTheme(look.tones, isDark, scale, FONT), [look.tones, isDark, scale]);
  return (
    <LookContext.Provider value={look}>
      <PaperProvider
        theme={paper}
        settings={{
          icon: ({ name, color, size }) =>
            isIconName(name) ? <PaperIcon name={name} color={color} size={size} /> : null,
        }}
      >
        {children}
      </PaperProvider>
    </LookContext.Provider>
  );
}

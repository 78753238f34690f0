import { configureFonts, MD3DarkTheme, MD3LightTheme, type MD3Theme } from "react-native-paper";

/** The colours that have a meaning here; the kit's own names follow from them. */
export interface Tones {
  ground: string;
  surface: string;
  line: string;
  text: string;
  quiet: string;
  accent: string;
  onAccent: string;
  accentGround: string;
  late: string;
  lateGround: string;
  warn: string;
  warnGround: string;
  done: string;
  bar: string;
}

export const LIGHT: Tones = {
  ground: "#f7f8f9",
  surface: "#ffffff",
  line: "#dfe3e6",
  text: "#1b2125",
  quiet: "#56606a",
  accent: "#0b6470",
  onAccent: "#ffffff",
  accentGround: "#e4f1f3",
  late: "#b3261e",
  lateGround: "#fdeceb",
  warn: "#7a4b00",
  warnGround: "#fdf3dd",
  done: "#226b3b",
  bar: "#a3b1b7",
};

export const DARK: Tones = {
  ground: "#16191c",
  surface: "#1f2428",
  line: "#363c42",
  text: "#e8ecef",
  quiet: "#aeb6bd",
  accent: "#76bac3",
  onAccent: "#06262b",
  accentGround: "#1d3338",
  late: "#ff9a92",
  lateGround: "#3a2220",
  warn: "#f0c36d",
  warnGround: "#352a16",
  done: "#86cf9d",
  bar: "#5d6970",
};

export const SIZES = { small: 14, body: 16, large: 20, figure: 28 } as const;
export type Size = keyof typeof SIZES;
export const LINE = 1.45;
export const GAP = 16;
export const RADIUS = 6;
export const TOUCH = 48; // the smallest height of what is pressed
export const TEXT_WIDTH = 720;
export const WIDE_FROM = 900;
export const TEXT_SCALES = { usual: 1, large: 1.25, largest: 1.5 } as const;
export type TextScale = keyof typeof TEXT_SCALES;

export function isTextScale(text: unknown): text is TextScale {
  return typeof text === "string" && text in TEXT_SCALES;
}

export function paperTheme(tones: Tones, isDark: boolean, scale: number, fontFamily: string): MD3Theme {
  const base = isDark ? MD3DarkTheme : MD3LightTheme;
  const size = (pixels: number, fontWeight: "400" | "600") => ({
    fontFamily,
    fontSize: pixels * scale,
    lineHeight: Math.round(pixels * scale * LINE),
    letterSpacing: 0,
    fontWeight,
  });
  return {
    ...base,
    roundness: RADIUS / 4, // the kit multiplies it
    colors: {
      ...base.colors,
      primary: tones.accent,
      onPrimary: tones.onAccent,
      primaryContainer: tones.accentGround,
      onPrimaryContainer: tones.text,
      secondaryContainer: tones.accentGround,
      onSecondaryContainer: tones.text,
      background: tones.ground,
      onBackground: tones.text,
      surface: tones.surface,
      onSurface: tones.text,
      onSurfaceVariant: tones.quiet,
      outline: tones.quiet,
      outlineVariant: tones.line,
      error: tones.late,
    },
    fonts: configureFonts({
      config: {
        bodySmall: size(SIZES.small, "400"),
        bodyMedium: size(SIZES.body, "400"),
        bodyLarge: size(SIZES.body, "400"),
        labelSmall: size(SIZES.small, "400"),
        labelMedium: size(SIZES.small, "600"),
        labelLarge: size(SIZES.body, "600"),
        titleMedium: size(SIZES.body, "600"),
        titleLarge: size(SIZES.large, "600"),
        headlineSmall: size(SIZES.large, "600"),
        headlineMedium: size(SIZES.figure, "600"),
      },
    }),
  };
}

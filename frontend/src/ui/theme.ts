import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e9f6f7",
  "#d2e9ec",
  "#a5d2d8",
  "#76bac3",
  "#50a6b1",
  "#3598a5",
  "#218291",
  "#126f7c",
  "#0b6470",
  "#05515b",
];

export const theme = createTheme({
  colors: { teal },
  primaryColor: "teal",
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  fontFamily: "'Inter Variable', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.4" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: 6,
  respectReducedMotion: true,
  // The head of a dialog is no second banner of the page.
  components: { Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } } },
});

/** Greys and reds that reach AA on both grounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#56606a",
    "--mantine-color-placeholder": "#626c76",
    "--mantine-color-error": "#c02626",
    "--mantine-color-anchor": "#0b6470",
    "--rachun-ground": "#f7f8f9",
    "--rachun-line": "#dfe3e6",
    "--rachun-negative": "#b3261e",
  },
  dark: {
    "--mantine-color-dimmed": "#aeb6bd",
    "--mantine-color-placeholder": "#9aa3ab",
    "--mantine-color-error": "#ff8f8f",
    "--mantine-color-anchor": "#76bac3",
    "--rachun-ground": "#16191c",
    "--rachun-line": "#363c42",
    "--rachun-negative": "#ff9a92",
  },
});

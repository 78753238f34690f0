import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

const LETTERS = /\p{L}{2}/u;
const SAID_ATTRIBUTES = ["alt", "aria-label", "description", "label", "placeholder", "title"];

/** Every word on the screen comes from the catalogues. */
const house = {
  rules: {
    "no-literal-text": {
      meta: { type: "problem", schema: [], messages: { literal: "Put this text into the catalogues: {{text}}" } },
      create: (context) => {
        const refuse = (node, text) => {
          if (LETTERS.test(text)) context.report({ node, messageId: "literal", data: { text: text.trim() } });
        };
        return {
          JSXText: (node) => refuse(node, node.value),
          "JSXElement > JSXExpressionContainer > Literal": (node) => refuse(node, String(node.value)),
          JSXAttribute: (node) => {
            const isSaid = SAID_ATTRIBUTES.includes(node.name.name) && node.value?.type === "Literal";
            if (isSaid) refuse(node, String(node.value.value));
          },
        };
      },
    },
  },
};

// Imports point down: app, features, ui, lib, api. Features do not know each other.
const FEATURES = [
  ...["accounts", "agreements", "bill-runs", "bills", "cash-desk", "customers", "entries", "home", "jobs", "parties"],
  ...["readings", "receipts", "usage"],
];
const closed = (group, message) => ({ "no-restricted-imports": ["error", { patterns: [{ group, message }] }] });
const zones = [
  { files: ["src/lib/**"], rules: closed(["@/ui/*", "@/features/*", "@/app/*"], "lib knows the interface only.") },
  { files: ["src/ui/**"], rules: closed(["@/features/*", "@/app/*"], "ui knows lib only.") },
  ...FEATURES.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: closed(
      ["@/app/*", ...FEATURES.filter((other) => other !== name).map((other) => `@/features/${other}/*`)],
      "Features do not import features: what two need moves down to ui or lib.",
    ),
  })),
];

export default typescript.config(
  { ignores: ["dist", "node_modules", "src/api", "scripts", "tests"] },
  ...typescript.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { house, "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "house/no-literal-text": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "no-restricted-globals": ["error", { name: "parseFloat", message: "Amounts and quantities stay text." }],
      "max-lines": ["error", 400],
      "react-hooks/set-state-in-effect": "off",
      "react-hooks/refs": "off",
    },
  },
  ...zones,
);

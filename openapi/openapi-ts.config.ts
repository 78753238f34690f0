import { defineConfig } from "@hey-api/openapi-ts";

// One input, two identical trees: a shared package would be a link that every bundler resolves differently.
const applications = ["frontend", "mobile"];

export default defineConfig(
  applications.map((application) => ({
    input: process.env.OPENAPI_INPUT ?? "./rachun.yaml",
    output: { path: `${process.env.CLIENTS_ROOT ?? ".."}/${application}/src/api` },
    plugins: [
      "@hey-api/client-fetch",
      "@hey-api/typescript",
      "@hey-api/sdk",
      "@tanstack/react-query",
      { name: "zod", dates: { offset: true } },
    ],
  })),
);

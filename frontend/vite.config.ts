import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` talks to the stack of `make run`; RACHUN_API names it when it is elsewhere.
const api = process.env.RACHUN_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2023", assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 900 },
  server: { host: "127.0.0.1", proxy: { "/api": api } },
});

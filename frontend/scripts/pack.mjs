// After the build: every text file packed beside itself, and the first load weighed.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist", import.meta.url).pathname;
const PACKED = /\.(js|css|html|svg|json)$/;
const FIRST_LOAD_MAX = 400_000;
const FIRST_PAGES = ["src/features/home/home-page.tsx", "src/features/accounts/account-list-page.tsx"];

const sizes = new Map();
for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !PACKED.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const packed = gzipSync(readFileSync(file), { level: 9 });
  writeFileSync(`${file}.gz`, packed);
  sizes.set(file.slice(DIST.length + 1), packed.length);
}

const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
const needed = new Set(["index.html"]);

function need(name) {
  const part = manifest[name];
  if (!part || needed.has(part.file)) return;
  for (const file of [part.file, ...(part.css ?? [])]) needed.add(file);
  for (const other of part.imports ?? []) need(other);
}

const catalogues = Object.keys(manifest).filter((name) => name.startsWith("src/texts/"));
const heaviest = catalogues.sort((a, b) => (sizes.get(manifest[b].file) ?? 0) - (sizes.get(manifest[a].file) ?? 0))[0];
for (const name of ["index.html", ...FIRST_PAGES, heaviest]) need(name);
const total = [...needed].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
console.log(`First load: ${(total / 1000).toFixed(0)} kB gzipped in ${needed.size} files, of ${FIRST_LOAD_MAX / 1000} kB.`);
if (total > FIRST_LOAD_MAX) {
  console.error("The first load is too heavy. Load rarely used parts with their page.");
  process.exit(1);
}

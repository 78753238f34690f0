// After the export: the typeface beside it, every text file packed beside itself, and the first load weighed.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ROOT = new URL("..", import.meta.url).pathname;
const DIST = join(ROOT, "dist");
const BASE = "/portal/";
const PACKED = /\.(js|css|html|svg|json)$/;
const FIRST_LOAD_MAX = 700_000;
const INTER = join(ROOT, "node_modules/@fontsource-variable/inter");
const SUBSETS = ["cyrillic-ext", "cyrillic", "latin-ext", "latin"];
const HEAVIEST_SUBSETS = ["latin", "latin-ext"]; // what a page in Bosnian asks for

const version = JSON.parse(readFileSync(join(INTER, "package.json"), "utf8")).version;
const folder = `assets/inter-${version}`;
mkdirSync(join(DIST, folder), { recursive: true });
const fontFile = (subset) => `inter-${subset}-wght-normal.woff2`;
for (const subset of SUBSETS) copyFileSync(join(INTER, "files", fontFile(subset)), join(DIST, folder, fontFile(subset)));
const faces = readFileSync(join(INTER, "index.css"), "utf8").split("@font-face").slice(1);
const wanted = faces.filter((face) => SUBSETS.some((subset) => face.includes(`/${fontFile(subset)}`)));
if (wanted.length !== SUBSETS.length) throw new Error(`Inter has ${wanted.length} of the ${SUBSETS.length} subsets.`);
const css = wanted.map((face) => `@font-face${face.slice(0, face.indexOf("}") + 1)}`.replaceAll("./files/", "./"));
writeFileSync(join(DIST, folder, "inter.css"), css.join("\n"));

const page = join(DIST, "index.html");
const link = `<link rel="stylesheet" href="${BASE}${folder}/inter.css" />`;
writeFileSync(page, readFileSync(page, "utf8").replace("<!-- fonts -->", link));

const sizes = new Map();
for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith(".gz")) continue;
  const file = join(entry.parentPath, entry.name);
  const name = file.slice(DIST.length + 1);
  sizes.set(name, statSync(file).size);
  if (!PACKED.test(entry.name)) continue;
  const packed = gzipSync(readFileSync(file), { level: 9 });
  writeFileSync(`${file}.gz`, packed);
  sizes.set(name, packed.length);
}

const needed = new Set(["index.html", ...HEAVIEST_SUBSETS.map((subset) => `${folder}/${fontFile(subset)}`)]);
const html = readFileSync(page, "utf8");
for (const [, address] of html.matchAll(/(?:src|href)="\/portal\/([^"]+\.(?:js|css))"/g)) needed.add(address);
if (/<script(?![^>]*\bsrc=)/.test(html)) throw new Error("A script inside the page: the content security policy refuses it.");
const total = [...needed].reduce((sum, file) => {
  if (!sizes.has(file)) throw new Error(`The page asks for ${file}, which was not built.`);
  return sum + sizes.get(file);
}, 0);
console.log(`First load: ${(total / 1000).toFixed(0)} kB packed in ${needed.size} files, of ${FIRST_LOAD_MAX / 1000} kB.`);
if (total > FIRST_LOAD_MAX) {
  console.error("The first load is too heavy.");
  process.exit(1);
}

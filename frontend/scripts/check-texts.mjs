// The three catalogues say the same things: every key in each, the same values in each sentence, no English left over.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse, TYPE } from "@formatjs/icu-messageformat-parser";

const ROOT = new URL("..", import.meta.url).pathname;
const LANGUAGES = ["en", "uk", "bs"];
const texts = Object.fromEntries(
  LANGUAGES.map((name) => [name, JSON.parse(readFileSync(join(ROOT, `src/texts/${name}.json`), "utf8"))]),
);
// Words that are the same in Bosnian and English, each looked at.
const SAME_IN_BOSNIAN = new Set(JSON.parse(readFileSync(join(ROOT, "scripts/same-in-bosnian.json"), "utf8")));
const wrong = [];

function values(nodes, found = new Set()) {
  for (const node of nodes) {
    if (node.type !== TYPE.literal && node.type !== TYPE.pound) found.add(`${node.value}:${node.type}`);
    if (node.options) for (const option of Object.values(node.options)) values(option.value, found);
  }
  return found;
}

/** Only what people read: no names of values, no keywords. */
function words(nodes) {
  const inner = (node) => (node.options ? Object.values(node.options).map((option) => words(option.value)) : []);
  return nodes.flatMap((node) => (node.type === TYPE.literal ? [node.value] : inner(node))).join(" ");
}

function read(language, key) {
  try {
    return [...values(parse(texts[language][key]))].sort().join(" ");
  } catch (error) {
    wrong.push(`${language} ${key}: ${error.message}`);
    return "";
  }
}

const keys = new Set(LANGUAGES.flatMap((language) => Object.keys(texts[language])));
for (const key of keys) {
  const missing = LANGUAGES.filter((language) => !texts[language][key]?.trim());
  if (missing.length) {
    wrong.push(`${key}: missing in ${missing.join(", ")}`);
    continue;
  }
  const [en, uk, bs] = LANGUAGES.map((language) => read(language, key));
  if (en !== uk || en !== bs) wrong.push(`${key}: not the same values in every language`);
  const isName = key.startsWith("language.");
  const said = words(parse(texts.uk[key]));
  if (!isName && /[A-Za-z]{3}/.test(said.replace(/Enter|Tab|Esc|Rachun|SHA-256|PDF|CSV|XLSX|XML|Ctrl/g, ""))) {
    wrong.push(`uk ${key}: Latin words left in "${texts.uk[key]}"`);
  }
  if (!isName && /\p{L}/u.test(said) && !/\p{Script=Cyrillic}/u.test(said) && said !== "PDF") {
    wrong.push(`uk ${key}: no Ukrainian in "${texts.uk[key]}"`);
  }
  const isSame = texts.bs[key] === texts.en[key] && /[A-Za-z]{3}/.test(words(parse(texts.en[key])));
  if (!isName && isSame && !SAME_IN_BOSNIAN.has(key)) wrong.push(`bs ${key}: still English: "${texts.bs[key]}"`);
}

// A key nobody says is a text nobody sees. Words of codes are looked up by their first part.
const sources = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes("src/api"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");
for (const key of keys) {
  const parts = key.split(".");
  const families = parts.slice(1).map((_, end) => parts.slice(0, end + 1).join("."));
  const isOfFamily = families.some((one) => sources.includes(`"${one}"`) || sources.includes(`\`${one}.`));
  const isSaid = sources.includes(`"${key}"`) || isOfFamily;
  if (!isSaid) wrong.push(`${key}: nothing says it`);
}

for (const line of wrong) console.error(line);
console.log(`${keys.size} texts in ${LANGUAGES.length} languages.`);
process.exit(wrong.length ? 1 : 0);

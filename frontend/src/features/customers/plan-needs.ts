import type { TariffVersionOut } from "@/api";

/** What an agreement must have so that its tariff can be priced. */
export interface Needs {
  attributes: string[];
  registers: string[];
  isOfCalls: boolean;
}

type Part = Record<string, unknown>;

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null;
const parts = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isPart) : []);
const texts = (values: unknown[]): string[] => [...new Set(values.filter((one) => typeof one === "string"))];

/** Read from the version that is in force on the day; nothing when none is. */
export function needsOf(versions: TariffVersionOut[], day: string): Needs | null {
  const inForce = versions.filter((one) => one.valid_from <= day).sort((a, b) => (a.valid_from < b.valid_from ? 1 : -1));
  const components = inForce[0] ? parts(inForce[0].body["components"]) : null;
  if (!components) return null;
  const registers = components.flatMap((one) => parts(one["registers"]).map((register) => register["register"]));
  return {
    attributes: texts(components.map((one) => one["attribute"])),
    registers: texts(registers).filter((one) => one !== "*"),
    isOfCalls: components.some((one) => one["kind"] === "traffic"),
  };
}

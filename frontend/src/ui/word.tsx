import { useWord } from "@/ui/states";

/** The word of a code, in a column. */
export function Word({ of, value }: { of: string; value: string }) {
  return useWord()(of, value);
}

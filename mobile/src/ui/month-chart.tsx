import { useState } from "react";
import { Pressable, useWindowDimensions, View } from "react-native";

import { magnitude } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { useLook } from "@/ui/look";
import { useMonthName } from "@/ui/month-name";
import { SIZES, TEXT_WIDTH } from "@/ui/theme";
import { Words } from "@/ui/words";

export interface MonthValue {
  month: string;
  /** Null is unknown, which is not zero. */
  value: string | null;
  isEstimated?: boolean;
}

const HEIGHT = 140;
const ENDS_MIN = 240;
const YEAR_FITS_FROM = 480;
const YEAR = 12;
const BAR_MAX = 64; // two months are no reason for two walls

/** Only for the height of a bar: nothing is calculated with it. */
function length(value: string | null): number {
  return value === null || value.startsWith("-") ? 0 : Number(magnitude(value));
}

interface MonthChartProps {
  months: MonthValue[];
  told: (one: MonthValue) => string;
  height?: number;
}

/** A bar a month; the chosen one says its figure in words above. Zero has no height, unknown has a dash. */
export function MonthChart({ months, told, height = HEIGHT }: MonthChartProps) {
  const { say } = useSay();
  const { tones, scale } = useLook();
  const { width } = useWindowDimensions();
  const nameOf = useMonthName();
  const [chosen, setChosen] = useState(months.length - 1);
  const at = Math.min(chosen, months.length - 1);
  const one = months[at];
  if (!one) return null;
  const highest = Math.max(...months.map((month) => length(month.value)), 0);
  const room = Math.min(width, TEXT_WIDTH);
  const maxWidth = Math.max(months.length * BAR_MAX, ENDS_MIN);
  const gap = months.length > YEAR && room < YEAR_FITS_FROM ? 2 : 4;
  return (
    <View style={{ gap: 8 }}>
      <View aria-live="polite">
        <Words size="small" tone="quiet">
          {nameOf(one.month)}
        </Words>
        <Words strong>{one.value === null ? say("usage.unknown") : told(one)}</Words>
        {one.isEstimated ? (
          <Words size="small" tone="warn">
            {say("usage.estimated")}
          </Words>
        ) : null}
      </View>
      <View role="group" aria-label={say("usage.chart")} style={{ flexDirection: "row", gap, alignItems: "flex-end" }}>
        {months.map((month, position) => {
          const isChosen = position === at;
          const share = highest > 0 ? length(month.value) / highest : 0;
          return (
            <Pressable
              key={month.month}
              role="button"
              aria-pressed={isChosen}
              accessibilityLabel={`${nameOf(month.month)}: ${month.value === null ? say("usage.unknown") : told(month)}`}
              onPress={() => setChosen(position)}
              onHoverIn={() => setChosen(position)}
              style={{ flex: 1, height, justifyContent: "flex-end", minWidth: 0, maxWidth: BAR_MAX }}
            >
              {month.value === null ? (
                <Words size="small" tone="quiet" style={{ textAlign: "center" }}>
                  {"–"}
                </Words>
              ) : (
                <View
                  style={{
                    height: Math.max(Math.round(share * height), 1),
                    borderTopLeftRadius: 2,
                    borderTopRightRadius: 2,
                    backgroundColor: isChosen ? tones.accent : tones.bar,
                    borderWidth: month.isEstimated ? 1 : 0,
                    borderStyle: "dashed",
                    borderColor: tones.warn,
                  }}
                />
              )}
            </Pressable>
          );
        })}
      </View>
      <View style={{ height: 1, backgroundColor: tones.quiet, marginTop: -8, maxWidth }} />
      <Ends months={months} maxWidth={maxWidth} fontSize={SIZES.small * Math.min(scale, 1.25)} />
    </View>
  );
}

/** The first and the last month under the line; the others are said when they are chosen. */
function Ends({ months, fontSize, maxWidth }: { months: MonthValue[]; fontSize: number; maxWidth: number }) {
  const nameOf = useMonthName();
  const first = months[0];
  const last = months[months.length - 1];
  if (!first || !last) return null;
  return (
    <View style={{ flexDirection: "row", justifyContent: "space-between", gap: 8, maxWidth }}>
      {first === last ? null : (
        <Words tone="quiet" style={{ fontSize, flexShrink: 1 }}>
          {nameOf(first.month)}
        </Words>
      )}
      <Words tone="quiet" style={{ fontSize, marginLeft: "auto", textAlign: "right", flexShrink: 1 }}>
        {nameOf(last.month)}
      </Words>
    </View>
  );
}

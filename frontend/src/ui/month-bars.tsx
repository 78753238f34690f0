import { Text } from "@mantine/core";

import { formatDecimal, isNegative } from "@/lib/amounts";
import { useSay } from "@/lib/texts";

export interface Bar {
  month: string; // 2026-03
  value: string; // a decimal
}

const WIDTH = 26;
const HEIGHT = 96;
const ROOM = 18;

/** One bar a month; heights are only drawn, every figure stands in the table behind. */
export function MonthBars({ bars, caption }: { bars: Bar[]; caption: string }) {
  const { say, language } = useSay();
  const sizes = bars.map(({ value }) => Math.abs(Number(value)));
  const highest = Math.max(...sizes, 1);
  const width = Math.max(bars.length * WIDTH, WIDTH);
  return (
    <figure style={{ margin: 0, overflowX: "auto" }} tabIndex={0} aria-label={caption}>
      <svg role="img" aria-label={caption} width={width} height={HEIGHT + ROOM} viewBox={`0 0 ${width} ${HEIGHT + ROOM}`}>
        {bars.map(({ month, value }, place) => {
          const size = Math.max(2, ((sizes[place] ?? 0) / highest) * (HEIGHT - 4));
          return (
            <g key={month}>
              <title>{`${month.slice(5)}.${month.slice(0, 4)}: ${formatDecimal(value, language)}`}</title>
              <rect
                x={place * WIDTH + 3}
                y={HEIGHT - size}
                width={WIDTH - 6}
                height={size}
                rx={3}
                className={isNegative(value) ? "bar-credit" : "bar"}
              />
              <text x={place * WIDTH + WIDTH / 2} y={HEIGHT + 13} textAnchor="middle" className="bar-month">
                {month.slice(5)}
              </text>
            </g>
          );
        })}
      </svg>
      {bars.length === 0 ? (
        <Text size="sm" c="dimmed">
          {say("chart.empty")}
        </Text>
      ) : null}
    </figure>
  );
}

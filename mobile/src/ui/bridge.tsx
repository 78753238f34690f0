import { View } from "react-native";

import type { BillExplanationOut } from "@/api";
import { isNegative, isZero, magnitude } from "@/lib/amounts";
import { useSay } from "@/lib/texts";
import { Fact, Rule } from "@/ui/card";
import { useMoney } from "@/ui/figures";
import { Words } from "@/ui/words";

/** One sentence: this bill against the one before. */
export function BridgeSentence({ explanation }: { explanation: BillExplanationOut }) {
  const { say } = useSay();
  const money = useMoney();
  const { bridge, currency } = explanation;
  if (!bridge) return <Words>{say("home.first")}</Words>;
  if (isZero(bridge.difference)) return <Words strong>{say("home.same")}</Words>;
  const key = isNegative(bridge.difference) ? "home.less" : "home.more";
  return <Words strong>{say(key, { amount: money(magnitude(bridge.difference), currency) })}</Words>;
}

/** What changed, in the sentences of the enterprise; those that made no difference are left out. */
export function BridgeReasons({ explanation, most }: { explanation: BillExplanationOut; most?: number }) {
  const parts = (explanation.bridge?.parts ?? []).filter((part) => part.before !== part.now);
  return (
    <>
      {parts.slice(0, most).map((part) => (
        <View key={`${part.agreement_id} ${part.component} ${part.register}`}>
          <Words size="small" strong>
            {part.description}
          </Words>
          <Words>{part.text}</Words>
        </View>
      ))}
    </>
  );
}

/** From the bill before to this one, by effects that sum to the difference exactly. */
export function BridgeSums({ explanation }: { explanation: BillExplanationOut }) {
  const { say } = useSay();
  const money = useMoney();
  const { bridge, currency } = explanation;
  if (!bridge) return null;
  return (
    <View style={{ gap: 6 }}>
      <Fact name={say("bill.before", { number: bridge.previous_number })} value={money(bridge.before, currency)} />
      {bridge.effects
        .filter((effect) => !isZero(effect.amount))
        .map((effect) => (
          <Fact key={effect.effect} name={effect.text} value={money(effect.amount, currency)} />
        ))}
      <Rule />
      <Fact name={say("bill.now")} value={money(bridge.now, currency)} isStrong />
    </View>
  );
}

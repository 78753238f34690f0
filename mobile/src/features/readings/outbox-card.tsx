import { View } from "react-native";

import { formatDate } from "@/lib/dates";
import { sendOutbox, takeOutOfOutbox, useOutbox, type WaitingReading } from "@/lib/outbox";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { Card } from "@/ui/card";
import { useQuantity } from "@/ui/figures";
import { Notice, useProblemText } from "@/ui/states";
import { Words } from "@/ui/words";

/** What is kept on this device and has not arrived yet. */
export function OutboxCard() {
  const { say } = useSay();
  const waiting = useOutbox();
  if (waiting.length === 0) return null;
  return (
    <Card title={say("outbox.title")}>
      {waiting.map((one) => (
        <WaitingRow key={one.key} one={one} />
      ))}
      {waiting.some((one) => one.refusal === null) ? (
        <ActionButton kind="quiet" label={say("outbox.now")} onPress={() => void sendOutbox()} />
      ) : null}
    </Card>
  );
}

function WaitingRow({ one }: { one: WaitingReading }) {
  const { say } = useSay();
  const quantity = useQuantity();
  const problemText = useProblemText();
  const title = `${quantity(one.value, one.unit)} · ${formatDate(one.readDate)} · ${one.meterSerial}`;
  if (one.refusal === null) {
    return (
      <View>
        <Words strong>{title}</Words>
        <Words size="small" tone="warn">
          {say("outbox.kept")}
        </Words>
      </View>
    );
  }
  const told = problemText(one.refusal);
  return (
    <Notice kind="late" title={title}>
      <Words>{told.title}</Words>
      {one.refusal.errors.map((field) => (
        <Words size="small" key={field.pointer + field.code}>
          {field.detail}
        </Words>
      ))}
      <ActionButton kind="quiet" icon="trash" label={say("outbox.drop")} onPress={() => void takeOutOfOutbox(one.key)} />
    </Notice>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Image, View } from "react-native";

import type { OwnRegisterOut, SentReadingOut } from "@/api";
import { Plausibility } from "@/features/readings/plausibility";
import { isReading } from "@/features/readings/typed-value";
import { typedDecimal } from "@/lib/amounts";
import { dayOf, formatDate } from "@/lib/dates";
import { putIntoOutbox, sendOutbox } from "@/lib/outbox";
import { type Photo, type PhotoSource, pickPhoto } from "@/lib/photo";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { useUnit } from "@/ui/figures";
import { Notice, ProblemNotice } from "@/ui/states";
import { TextField } from "@/ui/text-field";
import { RADIUS } from "@/ui/theme";
import { Words } from "@/ui/words";

const PREVIEW_HEIGHT = 200;

/** Kept on the device first, sent then: nothing that was typed depends on the network. */
export function ReadingForm({ accountId, register }: { accountId: string; register: OwnRegisterOut }) {
  const { say } = useSay();
  const queries = useQueryClient();
  const unitName = useUnit();
  const [text, setText] = useState("");
  const [photo, setPhoto] = useState<Photo | null>(null);
  const [error, setError] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<SentReadingOut["state"] | "KEPT" | null>(null);
  const readDate = dayOf(new Date());
  const value = typedDecimal(text);

  async function submit() {
    if (isBusy) return;
    if (!isReading(value)) {
      setError(say("reading.digits"));
      return;
    }
    setError("");
    setFailure(null);
    setIsBusy(true);
    try {
      const { id: registerId, meter_serial: meterSerial, unit } = register;
      const key = await putIntoOutbox({ accountId, registerId, meterSerial, unit, readDate, value }, photo?.content ?? null);
      setText("");
      setPhoto(null);
      setOutcome("KEPT");
      await sendOutbox((sentKey, sent) => {
        if (sentKey === key) setOutcome(sent.state);
      });
      await queries.invalidateQueries();
    } catch (problem) {
      setFailure(problem);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <View style={{ gap: 12 }}>
      <TextField
        label={say("reading.value", { date: formatDate(readDate) })}
        hint={say("reading.hint")}
        value={text}
        onChangeText={(typed) => {
          setText(typed);
          setOutcome(null);
        }}
        error={error || undefined}
        inputMode="decimal"
        maxLength={20}
        suffix={unitName(register.unit)}
        onSubmitEditing={() => void submit()}
      />
      <Plausibility register={register} readDate={readDate} value={isReading(value) ? value : ""} />
      <PhotoField photo={photo} onPick={setPhoto} />
      {failure ? <ProblemNotice error={failure} /> : null}
      <ActionButton label={say("reading.send")} isBusy={isBusy} onPress={() => void submit()} />
      {outcome && !isBusy ? <Outcome outcome={outcome} /> : null}
    </View>
  );
}

function Outcome({ outcome }: { outcome: SentReadingOut["state"] | "KEPT" }) {
  const { say } = useSay();
  if (outcome === "KEPT") return null; // the outbox below says where it is
  return <Notice kind={outcome === "TAKEN" ? "good" : "warn"} title={say(`reading.outcome.${outcome}`)} />;
}

function PhotoField({ photo, onPick }: { photo: Photo | null; onPick: (photo: Photo | null) => void }) {
  const { say } = useSay();
  const pick = (source: PhotoSource) => void pickPhoto(source).then((picked) => (picked ? onPick(picked) : undefined));
  if (photo) {
    return (
      <View style={{ gap: 8 }}>
        <Image
          source={{ uri: photo.uri }}
          accessibilityLabel={say("photo.shown")}
          resizeMode="contain"
          style={{ width: "100%", height: PREVIEW_HEIGHT, borderRadius: RADIUS }}
        />
        <ActionButton kind="quiet" icon="trash" label={say("photo.drop")} onPress={() => onPick(null)} />
      </View>
    );
  }
  return (
    <View style={{ gap: 8 }}>
      <Words size="small" tone="quiet">
        {say("photo.why")}
      </Words>
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: 8 }}>
        <ActionButton kind="quiet" icon="camera" label={say("photo.take")} onPress={() => pick("camera")} />
        <ActionButton kind="quiet" icon="photo" label={say("photo.choose")} onPress={() => pick("file")} />
      </View>
    </View>
  );
}

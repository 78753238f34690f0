import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { View } from "react-native";

import type { OwnRegisterOut, SentReadingOut } from "@/api";
import { OutboxCard } from "@/features/readings/outbox-card";
import { meters, sentReadings } from "@/features/readings/queries";
import { ReadingForm } from "@/features/readings/reading-form";
import { useAccounts } from "@/lib/accounts";
import { dayBefore, formatDate } from "@/lib/dates";
import { hasText, useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { Card, Rule } from "@/ui/card";
import { Choice } from "@/ui/choice";
import { useQuantity } from "@/ui/figures";
import { Screen } from "@/ui/screen";
import { Empty } from "@/ui/states";
import { Words } from "@/ui/words";

export function ReadingsScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
  return (
    <Screen title={say("readings.title")} back={{ to: "/", label: say("home.title") }}>
      <AccountMenu />
      {account ? <Meters key={account.id} accountId={account.id} /> : null}
      <OutboxCard />
      {account ? <Sent accountId={account.id} /> : null}
    </Screen>
  );
}

function Meters({ accountId }: { accountId: string }) {
  const { say, language } = useSay();
  const { data } = useSuspenseQuery(meters(accountId));
  const [chosen, setChosen] = useState("");
  const register = data.registers.find((one) => one.id === chosen) ?? data.registers[0];
  if (!register) return <Empty title={say("readings.none")}>{say("readings.none.next")}</Empty>;
  /** Which of several counters of one meter; a meter with one needs no name for it. */
  const counterOf = (one: OwnRegisterOut) => {
    const key = `register.${one.code}`;
    const isOnly = data.registers.filter((other) => other.meter_serial === one.meter_serial).length === 1;
    return isOnly ? "" : ` · ${hasText(key) ? say(key) : one.code}`;
  };
  const nameOf = (one: OwnRegisterOut) =>
    `${one.service_names[language] ?? one.service_code} · ${one.meter_serial}${counterOf(one)}`;
  return (
    <Card>
      {data.registers.length > 1 ? (
        <Choice
          label={say("readings.which")}
          value={register.id}
          options={data.registers.map((one) => ({ value: one.id, label: nameOf(one) }))}
          onChoose={setChosen}
        />
      ) : (
        <Words strong>{nameOf(register)}</Words>
      )}
      <LatestValue register={register} />
      <ReadingForm key={register.id} accountId={accountId} register={register} />
    </Card>
  );
}

function LatestValue({ register }: { register: OwnRegisterOut }) {
  const { say } = useSay();
  const quantity = useQuantity();
  const { latest, waiting, unit } = register;
  const told = (value: string, day: string) => ({
    value: quantity(value, unit),
    date: formatDate(dayBefore(day)),
  });
  return (
    <View>
      <Words tone="quiet">
        {latest ? say("readings.latest", told(latest.value, latest.boundary_date)) : say("readings.latest.none")}
      </Words>
      {waiting ? (
        <Words tone="warn">{say("readings.waiting", told(waiting.value, waiting.boundary_date))}</Words>
      ) : null}
    </View>
  );
}

function Sent({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const { data } = useQuery(sentReadings(accountId));
  if (!data || data.count === 0) return null;
  return (
    <Card title={say("sent.title")}>
      {data.results.map((one, position) => (
        <View key={one.id} style={{ gap: 12 }}>
          {position ? <Rule /> : null}
          <SentRow sent={one} />
        </View>
      ))}
    </Card>
  );
}

function SentRow({ sent }: { sent: SentReadingOut }) {
  const { say } = useSay();
  const quantity = useQuantity();
  return (
    <View>
      <Words strong>{quantity(sent.value, sent.unit)}</Words>
      <Words size="small" tone="quiet">
        {`${formatDate(dayBefore(sent.boundary_date))} · ${sent.meter_serial}${sent.has_photo ? ` · ${say("sent.photo")}` : ""}`}
      </Words>
      <Words size="small" tone={sent.state === "REFUSED" ? "late" : sent.state === "WAITING" ? "warn" : "done"}>
        {say(`sent.state.${sent.state}`)}
        {sent.reason ? `: ${sent.reason}` : ""}
      </Words>
    </View>
  );
}

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useRouter } from "expo-router";
import { View } from "react-native";

import type { OwnAccountOut } from "@/api";
import { getOwnBillExplanationOptions, getOwnHistoryOptions } from "@/api/@tanstack/react-query.gen";
import { useAccounts } from "@/lib/accounts";
import { isNegative, isZero, magnitude } from "@/lib/amounts";
import { formatDate } from "@/lib/dates";
import { hasText, type Language, useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { ActionButton } from "@/ui/action-button";
import { BridgeReasons, BridgeSentence } from "@/ui/bridge";
import { Card, Fact } from "@/ui/card";
import { useMoney } from "@/ui/figures";
import { MonthChart } from "@/ui/month-chart";
import { Screen } from "@/ui/screen";
import { Empty, Notice, Waiting } from "@/ui/states";
import { Words } from "@/ui/words";

const REASONS_SHOWN = 3;
const CHART_FROM = 2;
const MONTHS_SHOWN = 12;
const CHART_HEIGHT = 72;
const historyQuery = (id: string) => queryOptions(getOwnHistoryOptions({ path: { id } }));
const explanationQuery = (id: string, language: Language) =>
  queryOptions(getOwnBillExplanationOptions({ path: { id }, query: { language } }));

/** What I owe, by when, one button; the last payment; this month against last. Nothing else competes. */
export function HomeScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
  const router = useRouter();
  if (!account) {
    return (
      <Screen title={say("home.title")}>
        <Empty title={say("home.none")}>{say("home.none.next")}</Empty>
      </Screen>
    );
  }
  return (
    <Screen title={say("home.title")}>
      <AccountMenu />
      <Owed account={account} />
      <LatestPayment account={account} />
      {account.latest_bill ? (
        <ThisMonth key={account.latest_bill.id} accountId={account.id} billId={account.latest_bill.id} />
      ) : null}
      <ActionButton kind="quiet" icon="meter" label={say("home.send")} onPress={() => router.push("/readings")} />
    </Screen>
  );
}

/** This bill against the one before, in sentences. The rest of the screen does not wait for it. */
function ThisMonth({ accountId, billId }: { accountId: string; billId: string }) {
  const { say, language } = useSay();
  const router = useRouter();
  const { data, isError } = useQuery(explanationQuery(billId, language));
  if (isError) return null; // the bill itself tells what is wrong
  return (
    <Card title={say("home.month")}>
      {data ? <BridgeSentence explanation={data} /> : <Waiting />}
      {data ? <BridgeReasons explanation={data} most={REASONS_SHOWN} /> : null}
      <LatestMonths accountId={accountId} />
      <ActionButton
        kind="quiet"
        label={say("home.why")}
        onPress={() => router.push({ pathname: "/bills/[id]", params: { id: billId } })}
      />
    </Card>
  );
}

/** The amounts of up to a year, small. */
function LatestMonths({ accountId }: { accountId: string }) {
  const money = useMoney();
  const { data } = useQuery(historyQuery(accountId));
  if (!data || data.billed.length < CHART_FROM) return null;
  const months = data.billed.slice(-MONTHS_SHOWN).map((one) => ({ month: one.month, value: one.gross }));
  const told = (value: string | null) => (value === null ? "" : money(value, data.currency));
  return <MonthChart months={months} height={CHART_HEIGHT} told={(one) => told(one.value)} />;
}

function Owed({ account }: { account: OwnAccountOut }) {
  const { say } = useSay();
  const money = useMoney();
  const router = useRouter();
  const { balance, overdue, currency, due_date: dueDate } = account;
  if (isZero(balance)) {
    return (
      <Card title={say("home.owed")}>
        <Words size="figure" strong>
          {money(balance, currency)}
        </Words>
        <Notice kind="good" title={say("home.settled")} />
      </Card>
    );
  }
  if (isNegative(balance)) {
    return (
      <Card title={say("home.credit")}>
        <Words size="figure" strong>
          {money(magnitude(balance), currency)}
        </Words>
        <Words tone="quiet">{say("home.credit.next")}</Words>
      </Card>
    );
  }
  const isLate = !isZero(overdue);
  return (
    <Card title={say("home.owed")}>
      <View>
        <Words size="figure" strong>
          {money(balance, currency)}
        </Words>
        {dueDate && !isLate ? <Words>{say("home.due", { date: formatDate(dueDate) })}</Words> : null}
      </View>
      {isLate && dueDate ? (
        <Notice kind="late" title={say("home.late", { amount: money(overdue, currency), date: formatDate(dueDate) })} />
      ) : null}
      <ActionButton label={say("home.pay")} icon="qr" onPress={() => router.push("/pay")} />
    </Card>
  );
}

function LatestPayment({ account }: { account: OwnAccountOut }) {
  const { say } = useSay();
  const money = useMoney();
  const paid = account.latest_payment;
  if (!paid) return <Fact name={say("home.paid")} value={say("home.paid.never")} />;
  const channel = `channel.${paid.channel}`;
  const how = hasText(channel) ? say(channel) : paid.channel;
  return (
    <Card>
      <Fact name={say("home.paid")} value={money(paid.amount, account.currency)} isStrong />
      <Words size="small" tone="quiet">
        {`${formatDate(paid.value_date)} · ${how}`}
      </Words>
    </Card>
  );
}

import { useRouter } from "expo-router";
import { View } from "react-native";

import type { OwnAccountOut } from "@/api";
import { isNegative, isZero, magnitude } from "@/lib/amounts";
import { useAccounts } from "@/lib/accounts";
import { formatDate } from "@/lib/dates";
import { hasText, useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { ActionButton } from "@/ui/action-button";
import { Card, Fact } from "@/ui/card";
import { useMoney } from "@/ui/money";
import { Screen } from "@/ui/screen";
import { Empty, Notice } from "@/ui/states";
import { Words } from "@/ui/words";

/** What I owe, by when, one button; the last payment; this month against last. Nothing else competes. */
export function HomeScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
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
    </Screen>
  );
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

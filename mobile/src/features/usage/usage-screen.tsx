import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useRouter } from "expo-router";
import { useState } from "react";

import type { OwnHistoryOut } from "@/api";
import { getOwnHistoryOptions } from "@/api/@tanstack/react-query.gen";
import { useAccounts } from "@/lib/accounts";
import { useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { ActionButton } from "@/ui/action-button";
import { Card } from "@/ui/card";
import { Choice } from "@/ui/choice";
import { useMoney, useQuantity } from "@/ui/figures";
import { MonthChart } from "@/ui/month-chart";
import { Screen } from "@/ui/screen";
import { Empty } from "@/ui/states";

const MONEY = "";
const history = (id: string) => queryOptions(getOwnHistoryOptions({ path: { id } }));

/** Two years by month: what was used of each service, and what was billed. */
export function UsageScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
  const router = useRouter();
  return (
    <Screen title={say("usage.title")}>
      <AccountMenu />
      {account ? <History key={account.id} accountId={account.id} /> : null}
      <ActionButton kind="quiet" icon="meter" label={say("home.send")} onPress={() => router.push("/readings")} />
    </Screen>
  );
}

function History({ accountId }: { accountId: string }) {
  const { say, language } = useSay();
  const { data } = useSuspenseQuery(history(accountId));
  const [chosen, setChosen] = useState(data.used[0]?.service_code ?? MONEY);
  if (data.billed.length === 0) return <Empty title={say("usage.none")}>{say("usage.none.next")}</Empty>;
  const services = data.used.map((one) => ({
    value: one.service_code,
    label: one.service_names[language] ?? one.service_code,
  }));
  return (
    <Card>
      {services.length ? (
        <Choice
          label={say("usage.of")}
          value={chosen}
          options={[...services, { value: MONEY, label: say("usage.money") }]}
          onChoose={setChosen}
        />
      ) : null}
      <Chart key={chosen} history={data} serviceCode={chosen} />
    </Card>
  );
}

function Chart({ history: { billed, used, currency }, serviceCode }: { history: OwnHistoryOut; serviceCode: string }) {
  const money = useMoney();
  const quantity = useQuantity();
  const service = used.find((one) => one.service_code === serviceCode);
  if (!service) {
    const months = billed.map((one) => ({ month: one.month, value: one.gross }));
    return <MonthChart months={months} told={(one) => (one.value === null ? "" : money(one.value, currency))} />;
  }
  const months = service.months.map((one) => ({
    month: one.month,
    value: one.quantity,
    isEstimated: one.is_estimated,
  }));
  const told = (value: string | null) => (value === null ? "" : quantity(value, service.unit));
  return <MonthChart months={months} told={(one) => told(one.value)} />;
}

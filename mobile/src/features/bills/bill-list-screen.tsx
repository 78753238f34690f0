import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "expo-router";
import { useState } from "react";
import { Pressable, View } from "react-native";

import type { BillOut } from "@/api";
import { billList, hasMore } from "@/features/bills/queries";
import { useAccounts } from "@/lib/accounts";
import { formatDate, formatPeriod } from "@/lib/dates";
import { useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { ActionButton } from "@/ui/action-button";
import { Card, Rule } from "@/ui/card";
import { Icon } from "@/ui/icons";
import { useLook } from "@/ui/look";
import { useMoney } from "@/ui/figures";
import { Screen } from "@/ui/screen";
import { Empty } from "@/ui/states";
import { TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

export function BillListScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
  return (
    <Screen title={say("bills.title")}>
      <AccountMenu />
      {account ? <Bills key={account.id} accountId={account.id} /> : null}
    </Screen>
  );
}

function Bills({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const [page, setPage] = useState(1);
  const { data } = useSuspenseQuery(billList(accountId, page));
  if (data.count === 0) return <Empty title={say("bills.none")}>{say("bills.none.next")}</Empty>;
  return (
    <>
      <Card>
        {data.results.map((bill, position) => (
          <View key={bill.id} style={{ gap: 12 }}>
            {position ? <Rule /> : null}
            <BillRow bill={bill} />
          </View>
        ))}
      </Card>
      {page > 1 ? <ActionButton kind="quiet" label={say("bills.newer")} onPress={() => setPage(page - 1)} /> : null}
      {hasMore(data.count, page) ? (
        <ActionButton kind="quiet" label={say("bills.older")} onPress={() => setPage(page + 1)} />
      ) : null}
    </>
  );
}

function BillRow({ bill }: { bill: BillOut }) {
  const { say } = useSay();
  const { tones, scale } = useLook();
  const money = useMoney();
  return (
    <Link href={{ pathname: "/bills/[id]", params: { id: bill.id } }} asChild>
      <Pressable role="link" style={{ flexDirection: "row", alignItems: "center", gap: 8, minHeight: TOUCH }}>
        <View style={{ flex: 1, flexDirection: "row", flexWrap: "wrap", columnGap: 16, justifyContent: "space-between" }}>
          <View style={{ flexShrink: 1 }}>
            <Words strong>{formatPeriod(bill.period_from, bill.period_to)}</Words>
            <Words size="small" tone="quiet">
              {say("bills.row", { number: bill.number, date: formatDate(bill.due_date) })}
            </Words>
          </View>
          <Words strong style={{ marginLeft: "auto" }}>
            {money(bill.gross, bill.currency)}
          </Words>
        </View>
        <Icon name="next" size={20 * scale} color={tones.quiet} />
      </Pressable>
    </Link>
  );
}

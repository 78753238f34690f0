import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { Linking, View } from "react-native";
import { SvgXml } from "react-native-svg";

import type { SlipCodeOut, SlipOut } from "@/api";
import { getOwnPaymentSlipOptions } from "@/api/@tanstack/react-query.gen";
import { useAccounts } from "@/lib/accounts";
import { useSay } from "@/lib/texts";
import { AccountMenu } from "@/ui/account-menu";
import { ActionButton } from "@/ui/action-button";
import { Card, Fact } from "@/ui/card";
import { useMoney } from "@/ui/figures";
import { Screen } from "@/ui/screen";
import { Empty } from "@/ui/states";
import { RADIUS } from "@/ui/theme";
import { Words } from "@/ui/words";

const QR_SIDE = 240;
const BARS_HEIGHT = 96;
const slipQuery = (id: string) => queryOptions(getOwnPaymentSlipOptions({ path: { id } }));

/** The codes of the bill's slip over what is owed now, and the same in words for any bank. */
export function PayScreen() {
  const { say } = useSay();
  const { account } = useAccounts();
  return (
    <Screen title={say("pay.title")} back={{ to: "/", label: say("home.title") }}>
      <AccountMenu />
      {account ? <Ways key={account.id} accountId={account.id} /> : null}
    </Screen>
  );
}

function Ways({ accountId }: { accountId: string }) {
  const { say } = useSay();
  const { data } = useSuspenseQuery(slipQuery(accountId));
  if (!data.slip) return <Empty title={say("pay.nothing")}>{say("pay.nothing.next")}</Empty>;
  return (
    <>
      {data.slip.codes.map((code) => (
        <Code key={code.kind} code={code} />
      ))}
      <SlipInWords slip={data.slip} />
    </>
  );
}

function Code({ code }: { code: SlipCodeOut }) {
  const { say } = useSay();
  const isBars = code.symbology === "CODE_128";
  const { link } = code;
  return (
    <Card title={say(isBars ? "pay.desk" : "pay.bank")}>
      {link ? (
        <ActionButton icon="link" label={say("pay.link")} onPress={() => void Linking.openURL(link)} />
      ) : null}
      <View
        role="img"
        aria-label={say(isBars ? "pay.desk.code" : "pay.bank.code")}
        style={{ backgroundColor: "#ffffff", padding: 12, borderRadius: RADIUS, alignItems: "center" }}
      >
        <SvgXml
          xml={code.svg}
          width={isBars ? "100%" : QR_SIDE}
          height={isBars ? BARS_HEIGHT : QR_SIDE}
          preserveAspectRatio={isBars ? "none" : undefined}
        />
      </View>
      <Words size="small" tone="quiet">
        {say(isBars ? "pay.desk.how" : "pay.bank.how")}
      </Words>
    </Card>
  );
}

function SlipInWords({ slip }: { slip: SlipOut }) {
  const { say } = useSay();
  const money = useMoney();
  return (
    <Card title={say("pay.words")}>
      <Fact name={say("pay.amount")} value={money(slip.amount, slip.currency)} isStrong />
      <Fact name={say("pay.payee")} value={slip.payee} />
      <Fact name={say("pay.account")} value={slip.bank_account} />
      <Fact name={say("pay.reference")} value={slip.reference} />
      <Fact name={say("pay.purpose")} value={slip.purpose} />
      {slip.further.map((one) => (
        <Fact key={one.label} name={one.label} value={one.value} />
      ))}
    </Card>
  );
}

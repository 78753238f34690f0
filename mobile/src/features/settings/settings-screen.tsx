import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "expo-router";
import { useState } from "react";

import { useAccounts } from "@/lib/accounts";
import { forgetKnown } from "@/lib/known";
import { signOut } from "@/lib/session";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { Card, Fact } from "@/ui/card";
import { Choice } from "@/ui/choice";
import { LanguageChoice } from "@/ui/language-choice";
import { SCHEMES, useLook } from "@/ui/look";
import { Screen } from "@/ui/screen";
import { isTextScale, TEXT_SCALES } from "@/ui/theme";

export function SettingsScreen() {
  const { say } = useSay();
  const { scheme, textScale, chooseScheme, chooseTextScale } = useLook();
  const { account } = useAccounts();
  const queries = useQueryClient();
  const router = useRouter();
  const [isLeaving, setIsLeaving] = useState(false);
  const scales = Object.keys(TEXT_SCALES).filter(isTextScale);
  return (
    <Screen title={say("settings.title")}>
      <Card title={say("settings.look")}>
        <LanguageChoice />
        <Choice
          label={say("settings.text")}
          value={textScale}
          options={scales.map((one) => ({ value: one, label: say(`settings.text.${one}`) }))}
          onChoose={chooseTextScale}
        />
        <Choice
          label={say("settings.scheme")}
          value={scheme}
          options={SCHEMES.map((one) => ({ value: one, label: say(`settings.scheme.${one}`) }))}
          onChoose={chooseScheme}
        />
      </Card>
      {account ? (
        <Card title={say("settings.help")}>
          <Fact name={say("settings.seller")} value={account.seller.name} />
          {account.seller.phone ? <Fact name={say("settings.phone")} value={account.seller.phone} /> : null}
          {account.seller.email ? <Fact name={say("settings.email")} value={account.seller.email} /> : null}
          {account.seller.website ? <Fact name={say("settings.website")} value={account.seller.website} /> : null}
          <Fact name={say("settings.account")} value={account.number} />
          <Fact name={say("settings.holder")} value={account.holder} />
        </Card>
      ) : null}
      <ActionButton
        kind="quiet"
        label={say("settings.signOut")}
        isBusy={isLeaving}
        onPress={() => {
          setIsLeaving(true);
          router.replace("/"); // whoever signs in next begins at the beginning
          void signOut().then(() => forgetKnown(queries));
        }}
      />
    </Screen>
  );
}

import { useState } from "react";
import { Pressable, View } from "react-native";

import { chooseAccount, useAccounts } from "@/lib/accounts";
import { useSay } from "@/lib/texts";
import { Choice } from "@/ui/choice";
import { useLook } from "@/ui/look";
import { RADIUS, TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

/** Which account the screen is about; a choice where there are several. */
export function AccountMenu() {
  const { say } = useSay();
  const { tones } = useLook();
  const { accounts, account } = useAccounts();
  const [isOpen, setIsOpen] = useState(false);
  if (!account) return null;
  const name = say("account.name", { number: account.number });
  const told = (
    <>
      <Words strong>{account.address || account.holder}</Words>
      <Words size="small" tone="quiet">
        {`${account.seller.name} · ${name}`}
      </Words>
    </>
  );
  if (accounts.length === 1) return <View>{told}</View>;
  return (
    <View style={{ gap: 8 }}>
      <Pressable
        role="button"
        aria-expanded={isOpen}
        onPress={() => setIsOpen(!isOpen)}
        style={{
          minHeight: TOUCH,
          padding: 10,
          borderWidth: 1,
          borderColor: tones.line,
          borderRadius: RADIUS,
          backgroundColor: tones.surface,
        }}
      >
        {told}
        <Words size="small" tone="accent">
          {say("account.choose")}
        </Words>
      </Pressable>
      {isOpen ? (
        <Choice
          label={say("account.which")}
          value={account.id}
          options={accounts.map((one) => ({ value: one.id, label: `${one.address || one.holder} · ${one.number}` }))}
          onChoose={(id) => {
            chooseAccount(id);
            setIsOpen(false);
          }}
        />
      ) : null}
    </View>
  );
}

import { useState } from "react";
import { Pressable, View } from "react-native";
import { Menu } from "react-native-paper";

import { chooseAccount, useAccounts } from "@/lib/accounts";
import { useSay } from "@/lib/texts";
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
    <Menu
      visible={isOpen}
      onDismiss={() => setIsOpen(false)}
      anchor={
        <Pressable
          role="button"
          aria-expanded={isOpen}
          aria-haspopup="menu"
          accessibilityLabel={`${say("account.choose")}: ${account.address}, ${name}`}
          onPress={() => setIsOpen(true)}
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
      }
    >
      {accounts.map((one) => (
        <Menu.Item
          key={one.id}
          title={`${one.address || one.holder} · ${one.number}`}
          titleStyle={{ color: tones.text }}
          onPress={() => {
            chooseAccount(one.id);
            setIsOpen(false);
          }}
        />
      ))}
    </Menu>
  );
}

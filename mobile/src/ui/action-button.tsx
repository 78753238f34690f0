import { Button } from "react-native-paper";

import type { IconName } from "@/ui/icons";
import { useLook } from "@/ui/look";
import { LINE, SIZES, TOUCH } from "@/ui/theme";

interface ActionButtonProps {
  label: string;
  onPress: () => void;
  icon?: IconName;
  kind?: "main" | "quiet";
  isBusy?: boolean;
  isOff?: boolean;
}

/** One main action on a screen; the others are quiet. High enough for a thumb, and it wraps rather than cuts. */
export function ActionButton({ label, onPress, icon, kind = "main", isBusy = false, isOff = false }: ActionButtonProps) {
  const { scale } = useLook();
  const lineHeight = Math.round(SIZES.body * scale * LINE);
  return (
    <Button
      mode={kind === "main" ? "contained" : "outlined"}
      icon={icon}
      loading={isBusy}
      disabled={isOff}
      onPress={isBusy ? undefined : onPress}
      accessibilityLabel={label}
      contentStyle={{ minHeight: TOUCH }}
      labelStyle={{ lineHeight, marginVertical: (TOUCH - lineHeight) / 2 > 4 ? (TOUCH - lineHeight) / 2 : 4 }}
    >
      {label}
    </Button>
  );
}

import IconAlertTriangle from "@tabler/icons-react-native/IconAlertTriangle";
import IconArrowLeft from "@tabler/icons-react-native/IconArrowLeft";
import IconCamera from "@tabler/icons-react-native/IconCamera";
import IconChartBar from "@tabler/icons-react-native/IconChartBar";
import IconCheck from "@tabler/icons-react-native/IconCheck";
import IconChevronRight from "@tabler/icons-react-native/IconChevronRight";
import IconCircleCheck from "@tabler/icons-react-native/IconCircleCheck";
import IconClock from "@tabler/icons-react-native/IconClock";
import IconCloudOff from "@tabler/icons-react-native/IconCloudOff";
import IconDownload from "@tabler/icons-react-native/IconDownload";
import IconExternalLink from "@tabler/icons-react-native/IconExternalLink";
import IconFileInvoice from "@tabler/icons-react-native/IconFileInvoice";
import IconGauge from "@tabler/icons-react-native/IconGauge";
import IconHome from "@tabler/icons-react-native/IconHome";
import IconPhoto from "@tabler/icons-react-native/IconPhoto";
import IconQrcode from "@tabler/icons-react-native/IconQrcode";
import IconSettings from "@tabler/icons-react-native/IconSettings";
import IconTrash from "@tabler/icons-react-native/IconTrash";
import { View } from "react-native";

const ICONS = {
  alert: IconAlertTriangle,
  back: IconArrowLeft,
  bill: IconFileInvoice,
  camera: IconCamera,
  chart: IconChartBar,
  check: IconCheck,
  clock: IconClock,
  done: IconCircleCheck,
  download: IconDownload,
  home: IconHome,
  link: IconExternalLink,
  meter: IconGauge,
  next: IconChevronRight,
  offline: IconCloudOff,
  photo: IconPhoto,
  qr: IconQrcode,
  settings: IconSettings,
  trash: IconTrash,
} as const;
export type IconName = keyof typeof ICONS;

export function isIconName(name: unknown): name is IconName {
  return typeof name === "string" && name in ICONS;
}

/** Beside words that say the same, so that it needs none of its own. */
export function Icon({ name, size, color }: { name: IconName; size: number; color: string }) {
  const Drawn = ICONS[name];
  return (
    <View aria-hidden importantForAccessibility="no-hide-descendants" style={{ width: size, height: size }}>
      <Drawn size={size} color={color} strokeWidth={1.7} />
    </View>
  );
}

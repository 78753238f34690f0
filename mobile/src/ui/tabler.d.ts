// One icon a file; the package describes only all of them together.
declare module "@tabler/icons-react-native/*" {
  import type { ComponentType } from "react";
  import type { SvgProps } from "react-native-svg";

  const icon: ComponentType<SvgProps & { size?: number; color?: string; strokeWidth?: number }>;
  export default icon;
}

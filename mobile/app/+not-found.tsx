import { Redirect } from "expo-router";

export default function UnknownRoute() {
  return <Redirect href="/" />;
}

import { AppState } from "react-native";

/** Whoever opens the application again may have a network again. */
export function onNetworkBack(listener: () => void): () => void {
  const subscription = AppState.addEventListener("change", (state) => {
    if (state === "active") listener();
  });
  return () => subscription.remove();
}

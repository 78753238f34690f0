import "@/lib/polyfills";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Slot } from "expo-router";
import { StatusBar } from "expo-status-bar";
import { useEffect, useState } from "react";
import { SafeAreaProvider } from "react-native-safe-area-context";

import { keepKnown, recallKnown } from "@/lib/known";
import { keepSending } from "@/lib/outbox";
import { asProblem } from "@/lib/problem";
import { resumeSession } from "@/lib/session";
import { startTexts } from "@/lib/texts";
import { LookProvider } from "@/ui/look";

const TRIES_MAX = 2;
const CLIENT_ERRORS = [400, 500] as const;

// What the server refused it refuses again; only a lost connection is worth another try.
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => {
        const { status } = asProblem(error);
        return count < TRIES_MAX && !(status >= CLIENT_ERRORS[0] && status < CLIENT_ERRORS[1]);
      },
    },
  },
});

/** The words, and what was seen last; the session is renewed meanwhile. */
async function start(): Promise<void> {
  await startTexts();
  void resumeSession();
  try {
    await recallKnown(queries);
  } catch (error) {
    console.warn("What was kept on this device cannot be read.", error);
  }
}

export default function RootLayout() {
  const [isReady, setIsReady] = useState(false);
  useEffect(() => {
    const stops = [
      keepKnown(queries),
      keepSending(() => void queries.invalidateQueries()),
    ];
    void start().then(() => setIsReady(true));
    return () => stops.forEach((stop) => stop());
  }, []);
  if (!isReady) return null;
  return (
    <SafeAreaProvider>
      <QueryClientProvider client={queries}>
        <LookProvider>
          <StatusBar style="auto" />
          <Slot />
        </LookProvider>
      </QueryClientProvider>
    </SafeAreaProvider>
  );
}

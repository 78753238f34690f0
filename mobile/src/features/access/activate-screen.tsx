import { useRouter } from "expo-router";
import { useState } from "react";
import { View } from "react-native";

import { activateSubscriber, requestActivation } from "@/api";
import { AccessPage } from "@/features/access/access-page";
import { signIn } from "@/lib/session";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { useProblemForm } from "@/ui/problem-form";
import { Notice, ProblemNotice } from "@/ui/states";
import { TextField } from "@/ui/text-field";
import { TextLink } from "@/ui/text-link";

/** First the code, then the password that it allows to choose. The same way back in for a forgotten one. */
export function ActivateScreen() {
  const { say } = useSay();
  const [uniqueId, setUniqueId] = useState<string | null>(null);
  return (
    <AccessPage title={say("activate.title")} intro={say("activate.intro")}>
      {uniqueId === null ? (
        <AskForCode onDone={setUniqueId} />
      ) : (
        <ChoosePassword uniqueId={uniqueId} onAgain={() => setUniqueId(null)} />
      )}
      <TextLink to="/sign-in" label={say("activate.back")} />
    </AccessPage>
  );
}

function AskForCode({ onDone }: { onDone: (uniqueId: string) => void }) {
  const { say } = useSay();
  const form = useProblemForm({
    initial: { unique_id: "" },
    submit: async (values) => {
      const uniqueId = values.unique_id.trim();
      await requestActivation({ body: { unique_id: uniqueId }, throwOnError: true });
      return uniqueId;
    },
    onDone,
  });
  return (
    <View style={{ gap: 12 }}>
      {form.problem ? <ProblemNotice error={form.problem} /> : null}
      <TextField
        {...form.field("unique_id")}
        label={say("access.id")}
        hint={say("access.id.hint")}
        autoComplete="username"
        onSubmitEditing={() => void form.submit()}
      />
      <ActionButton label={say("activate.ask")} isBusy={form.isBusy} onPress={() => void form.submit()} />
    </View>
  );
}

function ChoosePassword({ uniqueId, onAgain }: { uniqueId: string; onAgain: () => void }) {
  const { say } = useSay();
  const router = useRouter();
  const form = useProblemForm({
    initial: { code: "", password: "" },
    submit: async (values) => {
      const code = values.code.replace(/\s/g, "");
      await activateSubscriber({ body: { unique_id: uniqueId, code, password: values.password }, throwOnError: true });
      await signIn(uniqueId, values.password);
    },
    onDone: () => router.replace("/"),
  });
  return (
    <View style={{ gap: 12 }}>
      <Notice kind="good" title={say("activate.sent")} />
      {form.problem ? <ProblemNotice error={form.problem} /> : null}
      <TextField
        {...form.field("code")}
        label={say("activate.code")}
        hint={say("activate.code.hint")}
        inputMode="numeric"
        autoComplete="one-time-code"
      />
      <TextField
        {...form.field("password")}
        label={say("activate.password")}
        hint={say("activate.password.hint")}
        autoComplete="new-password"
        secureTextEntry
        onSubmitEditing={() => void form.submit()}
      />
      <ActionButton label={say("activate.submit")} isBusy={form.isBusy} onPress={() => void form.submit()} />
      <ActionButton label={say("activate.again")} kind="quiet" onPress={onAgain} />
    </View>
  );
}

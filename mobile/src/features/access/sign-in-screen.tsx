import { useQueryClient } from "@tanstack/react-query";
import { View } from "react-native";

import { AccessPage } from "@/features/access/access-page";
import { forgetKnown } from "@/lib/known";
import { NotASubscriber, signIn } from "@/lib/session";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { useProblemForm } from "@/ui/problem-form";
import { Notice, ProblemNotice } from "@/ui/states";
import { TextField } from "@/ui/text-field";
import { TextLink } from "@/ui/text-link";

export function SignInScreen() {
  const { say } = useSay();
  const queries = useQueryClient();
  const form = useProblemForm({
    initial: { login: "", password: "" },
    submit: async (values) => {
      await forgetKnown(queries); // of whoever was here before
      await signIn(values.login.trim(), values.password);
    },
    onDone: () => undefined,
  });
  return (
    <AccessPage title={say("signIn.title")} intro={say("signIn.intro")}>
      <View style={{ gap: 12 }}>
        {form.problem instanceof NotASubscriber ? (
          <Notice kind="warn" title={say("signIn.notHere")} isUrgent />
        ) : form.problem ? (
          <ProblemNotice error={form.problem} />
        ) : null}
        <TextField {...form.field("login")} label={say("access.id")} hint={say("access.id.hint")} autoComplete="username" />
        <TextField
          {...form.field("password")}
          label={say("access.password")}
          autoComplete="current-password"
          secureTextEntry
          onSubmitEditing={() => void form.submit()}
        />
        <ActionButton label={say("signIn.submit")} isBusy={form.isBusy} onPress={() => void form.submit()} />
        <TextLink to="/activate" label={say("signIn.activate")} />
      </View>
    </AccessPage>
  );
}

import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";

import { login } from "@/api";
import { openSession } from "@/lib/session";
import { useSay } from "@/lib/texts";
import { useProblemForm } from "@/ui/problem-form";
import { ProblemAlert } from "@/ui/states";

interface SignInFormProps {
  /** Fixed when somebody signs in again: the page behind belongs to them. */
  knownLogin?: string;
  onDone: () => void;
}

export function SignInForm({ knownLogin, onDone }: SignInFormProps) {
  const { say } = useSay();
  const form = useProblemForm({
    initial: { login: knownLogin ?? "", password: "" },
    submit: async (values) => {
      // Not through the session: a wrong password here is no expiry.
      const { data } = await login({ body: { ...values, mode: "cookie" }, fetch: window.fetch, throwOnError: true });
      return data;
    },
    onDone: (tokens) => {
      openSession(tokens.access);
      onDone();
    },
  });
  return (
    <form onSubmit={form.submit} noValidate>
      <Stack gap="sm">
        {form.problem ? <ProblemAlert error={form.problem} /> : null}
        <TextInput
          {...form.field("login")}
          label={say("login.login")}
          autoComplete="username"
          autoFocus={!knownLogin}
          readOnly={Boolean(knownLogin)}
          spellCheck={false}
        />
        <PasswordInput
          {...form.field("password")}
          label={say("login.password")}
          autoComplete="current-password"
          autoFocus={Boolean(knownLogin)}
          visibilityToggleButtonProps={{ "aria-label": say("login.show"), tabIndex: 0 }}
        />
        <Button type="submit" loading={form.isBusy}>
          {say("login.submit")}
        </Button>
      </Stack>
    </form>
  );
}

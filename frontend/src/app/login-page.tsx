import { Box, Center, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { LanguageMenu, SchemeButton } from "@/app/preferences";
import { SignInForm } from "@/app/sign-in-form";
import { useSay } from "@/lib/texts";

export function LoginPage() {
  const { say } = useSay();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  // Only an address inside the application: "//elsewhere" would leave it.
  const next = /^\/(?!\/)/.test(search["next"] ?? "") ? (search["next"] ?? "/") : "/";
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack w={360} gap="lg">
        <Box>
          <Title order={1}>{say("app.name")}</Title>
          <Text c="dimmed" size="sm">
            {say("login.intro")}
          </Text>
        </Box>
        <Paper p="lg" className="panel">
          <SignInForm onDone={() => void navigate({ to: next, replace: true })} />
        </Paper>
        <Group justify="space-between">
          <LanguageMenu />
          <SchemeButton />
        </Group>
      </Stack>
    </Center>
  );
}

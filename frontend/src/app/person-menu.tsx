import { Button, Menu, Text } from "@mantine/core";
import { IconLogout, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { logout } from "@/api";
import { meQuery } from "@/lib/access";
import { useSay } from "@/lib/texts";
import { useWord } from "@/ui/states";

export function PersonMenu() {
  const { say } = useSay();
  const word = useWord();
  const { data: me } = useQuery(meQuery);
  const roles = [...new Set(me?.assignments.map(({ role }) => word("role", role)))].join(", ");
  async function leave() {
    await logout();
    window.location.assign("/login"); // a fresh page: nothing of this person stays in memory
  }
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          size="xs"
          px={6}
          maw={220}
          style={{ flexShrink: 0 }}
          aria-label={me?.name ?? say("person.leave")}
        >
          <IconUser size={16} aria-hidden />
          <Text span size="xs" fw={600} ml={6} truncate visibleFrom="sm">
            {me?.name ?? ""}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label c="dimmed">
          <Text size="xs">{me?.login}</Text>
          <Text size="xs">{roles}</Text>
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          {say("person.leave")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { ActionIcon, Button, Menu, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";

import { LANGUAGES, keepLanguage, useSay } from "@/lib/texts";

export function LanguageMenu() {
  const { say, language } = useSay();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          size="xs"
          px={6}
          style={{ flexShrink: 0 }}
          aria-label={say(`language.${language}`)}
        >
          <IconLanguage size={16} aria-hidden />
          <Text span size="xs" fw={600} ml={6} visibleFrom="sm">
            {say(`language.${language}`)}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((one) => (
          <Menu.Item key={one} lang={one} onClick={() => void keepLanguage(one)}>
            {say(`language.${one}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function SchemeButton() {
  const { say } = useSay();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "light" ? "dark" : "light";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      aria-label={say(other === "dark" ? "scheme.dark" : "scheme.light")}
      onClick={() => setColorScheme(other)}
    >
      {other === "dark" ? <IconMoon size={16} /> : <IconSun size={16} />}
    </ActionIcon>
  );
}

import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

import { ExpiryDialog } from "@/app/expiry-dialog";
import { KeyboardSheet } from "@/app/keyboard-sheet";
import { PersonMenu } from "@/app/person-menu";
import { PLACES } from "@/app/places";
import { LanguageMenu, SchemeButton } from "@/app/preferences";
import { Search } from "@/app/search";
import { WorkplaceBar } from "@/app/workplace-bar";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";

/** Rail, top bar and the page between them. */
export function Shell() {
  const { say } = useSay();
  const [isOpen, rail] = useDisclosure();
  const { pathname } = useLocation();
  const { close } = rail;
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      layout="alt"
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header className="bar">
        <Group h="100%" px="md" gap="xs" wrap="nowrap">
          <Burger opened={isOpen} onClick={rail.toggle} hiddenFrom="sm" size="sm" aria-label={say("rail.toggle")} />
          <Search />
          <WorkplaceBar />
          <Group gap={4} ml="auto" wrap="nowrap">
            <KeyboardSheet />
            <LanguageMenu />
            <SchemeButton />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="rail" aria-label={say("rail.label")}>
        <Group h={48} px="md" justify="space-between">
          <Text fw={700} size="lg" c="var(--mantine-color-anchor)">
            {say("app.name")}
          </Text>
          <Burger opened={isOpen} onClick={rail.toggle} hiddenFrom="sm" size="sm" aria-label={say("rail.toggle")} />
        </Group>
        <ScrollArea flex={1} px={8} pb="md" type="auto" scrollbarSize={6}>
          <Rail pathname={pathname} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
      <ExpiryDialog />
    </AppShell>
  );
}

function Rail({ pathname }: { pathname: string }) {
  const { say } = useSay();
  const may = useMay();
  return PLACES.map((group) => {
    const places = group.places.filter((place) => may(place.needs));
    if (!places.length) return null;
    return (
      <div key={group.text}>
        <Text size="xs" c="dimmed" px={10} pt={8} pb={2}>
          {say(group.text)}
        </Text>
        {places.map(({ to, text, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={say(text)}
            leftSection={<Icon size={16} stroke={1.6} aria-hidden />}
            active={to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`)}
            py={3}
            style={{ borderRadius: 6 }}
          />
        ))}
      </div>
    );
  });
}

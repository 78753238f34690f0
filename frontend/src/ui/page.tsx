import { Group, Stack, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  title: string;
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A title that says what it is, its main action at the right, its content. */
export function Page({ title, badge, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Rachun`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Title order={1}>{title}</Title>
          {badge}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}

export function Panel({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className="panel" style={{ padding: 16 }}>
      {title ? (
        <Title order={2} mb="sm">
          {title}
        </Title>
      ) : null}
      {children}
    </section>
  );
}

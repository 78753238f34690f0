import { Alert, Badge, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { asProblem, type Problem } from "@/lib/problem";
import { hasText, type TextKey, useSay } from "@/lib/texts";

export function Waiting() {
  const { say } = useSay();
  return (
    <Center mih={160}>
      <Loader size="sm" aria-label={say("state.loading")} role="status" />
    </Center>
  );
}

export function useProblemText(): (problem: Problem) => { title: string; detail: string } {
  const { say } = useSay();
  return (problem) => {
    const key = `problem.${problem.code}`;
    if (problem.retryAfterS !== null) {
      return { title: problem.title, detail: say("problem.wait", { seconds: problem.retryAfterS }) };
    }
    if (problem.title) return { title: problem.title, detail: problem.detail };
    return { title: say(hasText(key) ? key : "problem.unreachable"), detail: say("problem.unreachable.next") };
  };
}

/** What happened, what was kept, what to do. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { say } = useSay();
  const problem = asProblem(error);
  const { title, detail } = useProblemText()(problem);
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle />} title={title} role="alert" c="var(--mantine-color-text)">
      {detail ? <Text size="sm">{detail}</Text> : null}
      {problem.errors
        .filter((one) => one.detail)
        .map((one) => (
          <Text size="sm" key={`${one.pointer} ${one.code}`}>
            {one.detail}
          </Text>
        ))}
      {problem.instance ? (
        <Text size="xs" c="dimmed">
          {say("problem.number", { number: problem.instance })}
        </Text>
      ) : null}
      {onRetry ? (
        <Button mt="xs" size="xs" variant="default" onClick={onRetry}>
          {say("action.retry")}
        </Button>
      ) : null}
    </Alert>
  );
}

/** Nothing here yet: says why, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center mih={180} p="md">
      <Stack align="center" gap={6} maw={460}>
        <IconInbox size={28} stroke={1.4} aria-hidden />
        <Title order={2} ta="center">
          {title}
        </Title>
        {typeof children === "string" ? (
          <Text c="dimmed" ta="center" size="sm">
            {children}
          </Text>
        ) : (
          children
        )}
      </Stack>
    </Center>
  );
}

const TONES: Record<string, string> = {
  DRAFT: "gray.7",
  PENDING: "gray.7",
  LOADING: "blue.8",
  RUNNING: "blue.8",
  CALCULATING: "blue.8",
  ISSUING: "blue.8",
  CALCULATED: "#8a5300",
  REVIEWED: "teal.8",
  ISSUED: "#23682f",
  DONE: "#23682f",
  OPEN: "teal.8",
  CLOSING: "#8a5300",
  CLOSED: "#23682f",
  WAITING: "#8a5300",
  LOADED: "#23682f",
  BILLED: "#23682f",
  RATED: "teal.8",
  GUIDED: "blue.8",
  SUSPENDED: "#a8480b",
  FAILED: "#b3261e",
  CANCELLED: "gray.7",
  UNBILLABLE: "gray.7",
  CONNECTED: "#23682f",
  AWAITED: "#8a5300",
  SILENT: "#a8480b",
  REVOKED: "gray.7",
  REHEARSING: "blue.8",
  REHEARSED: "#8a5300",
  APPLYING: "blue.8",
  APPLIED: "#23682f",
  CHANGED: "teal.8",
  UNPRICED: "#a8480b",
  LEFT: "gray.7",
};

/** A state always in a word; the colour only helps. */
export function State({ of, value }: { of: string; value: string }) {
  const { say } = useSay();
  const key = `${of}.${value}`;
  return (
    <Badge variant="filled" color={TONES[value] ?? "gray.7"} size="sm" tt="none" fw={500}>
      {hasText(key) ? say(key) : value}
    </Badge>
  );
}

/** The word of a code, or the code itself when the catalogue lags behind the server. */
export function useWord(): (of: string, value: string) => string {
  const { say } = useSay();
  return (of, value) => {
    const key = `${of}.${value}`;
    return hasText(key) ? say(key as TextKey) : value;
  };
}

import type { ReactNode } from "react";
import { View } from "react-native";
import { ActivityIndicator } from "react-native-paper";

import { asProblem, type Problem } from "@/lib/problem";
import { hasText, useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { Icon, type IconName } from "@/ui/icons";
import { useLook } from "@/ui/look";
import { GAP, RADIUS, type Tones } from "@/ui/theme";
import { Words } from "@/ui/words";

export function Waiting() {
  const { say } = useSay();
  return (
    <View role="status" aria-label={say("state.loading")} style={{ padding: GAP * 2, alignItems: "center" }}>
      <ActivityIndicator aria-hidden />
    </View>
  );
}

export function useProblemText(): (problem: Problem) => { title: string; detail: string } {
  const { say } = useSay();
  return (problem) => {
    const key = `problem.${problem.code}`;
    if (problem.retryAfterS !== null) {
      return { title: problem.title, detail: say("problem.wait", { seconds: problem.retryAfterS }) };
    }
    if (hasText(key)) return { title: say(key), detail: "" };
    if (problem.title) return { title: problem.title, detail: problem.detail };
    return { title: say("problem.unreachable"), detail: say("problem.unreachable.next") };
  };
}

/** What happened, what was kept, what to do. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { say } = useSay();
  const problem = asProblem(error);
  const { title, detail } = useProblemText()(problem);
  const told = problem.errors.filter((one) => one.detail).map((one) => one.detail);
  return (
    <Notice kind="late" title={title} isUrgent>
      {detail ? <Words size="small">{detail}</Words> : null}
      {told.map((one) => (
        <Words size="small" key={one}>
          {one}
        </Words>
      ))}
      {problem.instance ? (
        <Words size="small" tone="quiet">
          {say("problem.number", { number: problem.instance })}
        </Words>
      ) : null}
      {onRetry ? <ActionButton label={say("action.retry")} kind="quiet" onPress={onRetry} /> : null}
    </Notice>
  );
}

const NOTICES: Record<"late" | "warn" | "good", { icon: IconName; tone: keyof Tones; ground: keyof Tones }> = {
  late: { icon: "alert", tone: "late", ground: "lateGround" },
  warn: { icon: "alert", tone: "warn", ground: "warnGround" },
  good: { icon: "done", tone: "accent", ground: "accentGround" },
};

interface NoticeProps {
  kind: keyof typeof NOTICES;
  title: string;
  isUrgent?: boolean;
  children?: ReactNode;
}

/** A fact that must be seen: always a word and an icon, never the colour alone. */
export function Notice({ kind, title, isUrgent = false, children }: NoticeProps) {
  const { tones, scale } = useLook();
  const { icon, tone, ground } = NOTICES[kind];
  return (
    <View
      role={isUrgent ? "alert" : "status"}
      style={{
        flexDirection: "row",
        gap: 12,
        padding: 12,
        borderRadius: RADIUS,
        backgroundColor: tones[ground],
        alignItems: "flex-start",
      }}
    >
      <Icon name={icon} size={22 * scale} color={tones[tone]} />
      <View style={{ flex: 1, gap: 4 }}>
        <Words strong tone={tone}>
          {title}
        </Words>
        {children}
      </View>
    </View>
  );
}

/** Nothing here yet: says why, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <View style={{ paddingVertical: GAP * 2, gap: 8, alignItems: "center" }}>
      <Words strong style={{ textAlign: "center" }}>
        {title}
      </Words>
      {typeof children === "string" ? (
        <Words tone="quiet" style={{ textAlign: "center" }}>
          {children}
        </Words>
      ) : (
        children
      )}
    </View>
  );
}

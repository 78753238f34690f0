import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";

import { useSay } from "@/lib/texts";
import { useKeys } from "@/ui/keys";
import { neighbours } from "@/ui/list-search";

/** Previous and next of the list somebody came from; nothing when they came from elsewhere. */
export function Neighbours({ name, id, base }: { name: string; id: string; base: string }) {
  const { say } = useSay();
  const navigate = useNavigate();
  const { previous, next } = neighbours(name, id);
  const go = (to: string | undefined) => (to ? void navigate({ to: `${base}/${to}` }) : undefined);
  useKeys({ BracketLeft: () => go(previous), BracketRight: () => go(next) });
  if (!previous && !next) return null;
  return (
    <>
      <ActionIcon variant="default" disabled={!previous} onClick={() => go(previous)} aria-label={say("neighbour.previous")}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon variant="default" disabled={!next} onClick={() => go(next)} aria-label={say("neighbour.next")}>
        <IconChevronRight size={16} />
      </ActionIcon>
    </>
  );
}

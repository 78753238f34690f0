import { Anchor, Image, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { photoOf, sentOf } from "@/features/readings/queries";
import { useMay } from "@/lib/access";
import { useSay } from "@/lib/texts";

const PHOTO_HEIGHT = 260;

/** What the subscriber saw, beside what was typed; nothing for a reading that no subscriber sent. */
export function HeldPhoto({ heldId }: { heldId: string }) {
  const { say } = useSay();
  const may = useMay();
  const { data } = useQuery({ ...sentOf({ query: { held_reading_id: heldId, page_size: 1 } }), enabled: may("listSentReadings") });
  const sent = data?.results[0];
  const isShown = sent?.has_photo === true && may("downloadReadingPhoto");
  const { data: photo } = useQuery({ ...photoOf(sent?.id ?? ""), enabled: isShown });
  const address = useAddress(photo);
  if (!sent) return null;
  if (!sent.has_photo) {
    return (
      <Text size="xs" c="dimmed">
        {say("held.photo.none")}
      </Text>
    );
  }
  if (!address) return null;
  return (
    <figure style={{ margin: 0 }}>
      <Image src={address} alt={say("held.photo")} h={PHOTO_HEIGHT} fit="contain" radius="sm" />
      <figcaption>
        <Anchor href={address} target="_blank" size="xs">
          {say("held.photo.open")}
        </Anchor>
      </figcaption>
    </figure>
  );
}

/** An address of what is in memory, given back when it is looked at no longer. */
function useAddress(content: Blob | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!content) return;
    const made = URL.createObjectURL(content);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return address;
}

import { queryOptions } from "@tanstack/react-query";

import { acceptHeldReading, checkReading, createReading, downloadReadingPhoto, importReadings, type ReadingIn, type ReadingImportIn, refuseHeldReading } from "@/api";

export {
  listLegalEntitiesOptions as entities,
  listHeldReadingsOptions as heldList,
  listHeldReadingsQueryKey as heldKey,
  listReadingsOptions as readingList,
  listSentReadingsOptions as sentOf,
  listRegistersToReadOptions as toRead,
  listRegistersToReadQueryKey as toReadKey,
} from "@/api/@tanstack/react-query.gen";

const JUDGED_FOR_MS = 60_000;

/** What would become of a reading: asked while somebody types, changes nothing. */
export const opinionOn = (body: ReadingIn) =>
  queryOptions({
    queryKey: ["checkReading", body],
    queryFn: async ({ signal }) => (await checkReading({ body, signal, throwOnError: true })).data,
    staleTime: JUDGED_FOR_MS,
    retry: false,
  });

/** Whether the reading counts, or waits for somebody to look at it. */
export async function sendReading(body: ReadingIn): Promise<"taken" | "held"> {
  const { response } = await createReading({ body, throwOnError: true });
  return response.status === 202 ? "held" : "taken";
}

/** The photo that came with a reading; it never changes. */
export const photoOf = (id: string) =>
  queryOptions({
    queryKey: ["downloadReadingPhoto", id],
    queryFn: async ({ signal }) => {
      const { data } = await downloadReadingPhoto({ path: { id }, signal, parseAs: "blob", throwOnError: true });
      return data as Blob;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export async function decideHeld(decision: "accept" | "refuse", id: string, reason: string) {
  const decide = decision === "accept" ? acceptHeldReading : refuseHeldReading;
  return (await decide({ path: { id }, body: { reason }, throwOnError: true })).data;
}

export async function sendReadings(body: Pick<ReadingImportIn, "legal_entity_id" | "file" | "format" | "dry_run">, key: string) {
  const whole = { ...body, encoding: null, meter_serial: "", register: "" };
  const { data } = await importReadings({ body: whole, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

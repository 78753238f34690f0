import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import type { JobOut } from "@/api";
import { getJobOptions } from "@/api/@tanstack/react-query.gen";
import { sessionFetch } from "@/lib/session";

const AGAIN_MS = 2000;

export function isFinished(job: Pick<JobOut, "state">): boolean {
  return job.state === "DONE" || job.state === "FAILED" || job.state === "CANCELLED";
}

/** The job as it is this moment: asked once, then told by the server until it ends. */
export function useLiveJob(id: string | undefined): JobOut | undefined {
  const queries = useQueryClient();
  const options = getJobOptions({ path: { id: id ?? "" } });
  const { data: job } = useQuery({ ...options, enabled: id !== undefined });
  const isRunning = job !== undefined && !isFinished(job);
  useEffect(() => {
    if (!id || !isRunning) return undefined;
    const stop = new AbortController();
    const { queryKey } = getJobOptions({ path: { id } });
    void watch(id, (told) => queries.setQueryData(queryKey, told), stop.signal);
    return () => stop.abort();
  }, [id, isRunning, queries]);
  return job;
}

async function watch(id: string, tell: (job: JobOut) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const answer = await sessionFetch(`/api/v1/jobs/${id}/events`, { signal });
      if (answer.ok && answer.body && (await readEvents(answer.body, tell))) return;
    } catch (error) {
      if (signal.aborted) return;
      console.warn("The progress of a job was lost; asking again.", error);
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

/** True when the last event told the end of the job. */
async function readEvents(body: ReadableStream<Uint8Array>, tell: (job: JobOut) => void): Promise<boolean> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let kept = "";
  let isOver = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return isOver;
    const events = (kept + value).split("\n\n");
    kept = events.pop() ?? "";
    for (const event of events) {
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (!data) continue;
      const job = JSON.parse(data.slice(6)) as JobOut;
      isOver = isFinished(job);
      tell(job);
    }
  }
}

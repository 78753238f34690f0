import { loadUsage } from "@/api";

export {
  getUsageBatchOptions as batchDetail,
  listUsageBatchesOptions as batchList,
  listUsageRecordsOptions as recordList,
  listUsageSourcesOptions as sources,
  updateSuspendedUsageMutation as releaseSuspended,
} from "@/api/@tanstack/react-query.gen";

export async function sendUsage(sourceId: string, file: File, key: string) {
  const body = { source_id: sourceId, file, encoding: null };
  const { data } = await loadUsage({ body, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

export {
  listUsageBatchesOptions as batchList,
  listUsageRecordsOptions as recordList,
  updateSuspendedUsageMutation as releaseSuspended,
} from "@/api/@tanstack/react-query.gen";

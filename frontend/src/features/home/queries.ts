export {
  listBillRunsOptions as latestRuns,
  listJobsOptions as latestJobs,
  listUsageRecordsOptions as usageRecords,
} from "@/api/@tanstack/react-query.gen";

export {
  cancelJobMutation as cancelJob,
  getJobOptions as jobDetail,
  listJobErrorsOptions as errorsOfJob,
  listJobsOptions as jobList,
  listJobsQueryKey as jobListKey,
} from "@/api/@tanstack/react-query.gen";

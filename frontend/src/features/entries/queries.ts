export { getEntryOptions as entryDetail, listEntriesOptions as entryList } from "@/api/@tanstack/react-query.gen";

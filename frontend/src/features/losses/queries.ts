import { downloadLossesReport, type GetLossesReportData } from "@/api";

export { getLossesReportOptions as lossesReport, listLegalEntitiesOptions as entities } from "@/api/@tanstack/react-query.gen";

export type Asked = GetLossesReportData["query"];

/** The same rows as a file. */
export async function lossesFile(query: Asked, kind: "csv" | "xlsx"): Promise<Blob> {
  const { data } = await downloadLossesReport({ query: { ...query, kind }, parseAs: "blob", throwOnError: true });
  return data as Blob;
}

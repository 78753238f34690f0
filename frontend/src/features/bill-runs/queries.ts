import { type BillRunIn, createBillRun } from "@/api";

export {
  approveBillRunMutation as approveRun,
  calculateBillRunMutation as calculateRun,
  getBillRunControlSheetOptions as controlSheet,
  getBillRunOptions as runDetail,
  issueBillRunMutation as issueRun,
  listBillRunDraftsOptions as draftsOfRun,
  listBillRunParkedOptions as parkedOfRun,
  listBillRunsOptions as runList,
  listLegalEntitiesOptions as legalEntities,
} from "@/api/@tanstack/react-query.gen";

export async function createRun(body: BillRunIn, key: string) {
  const { data } = await createBillRun({ body, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

import { type BillRunIn, cancelBillRun, createBillRun } from "@/api";

export {
  approveBillRunMutation as approveRun,
  calculateBillRunMutation as calculateRun,
  getBillRunControlSheetOptions as controlSheet,
  getBillRunOptions as runDetail,
  issueBillRunMutation as issueRun,
  listAccountsOptions as accountsFound,
  listBillRunDraftsOptions as draftsOfRun,
  listBillRunParkedOptions as parkedOfRun,
  listBillRunsOptions as runList,
  listBranchesOptions as branches,
  listLegalEntitiesOptions as legalEntities,
} from "@/api/@tanstack/react-query.gen";

export async function createRun(body: BillRunIn, key: string) {
  const { data } = await createBillRun({ body, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

export async function cancelRun(id: string, why: string, key: string) {
  const { data } = await cancelBillRun({ path: { id }, body: { why }, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

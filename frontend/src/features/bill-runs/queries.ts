import {
  type BillPrintIn,
  type BillRunIn,
  cancelBillRun,
  createBillPrint,
  createBillRun,
  downloadBillPrintFile,
  resumeBillPrint,
} from "@/api";
import { saveAs } from "@/lib/downloads";

export {
  approveBillRunMutation as approveRun,
  calculateBillRunMutation as calculateRun,
  cancelJobMutation as stopJob,
  getBillRunControlSheetOptions as controlSheet,
  getBillRunOptions as runDetail,
  issueBillRunMutation as issueRun,
  listAccountsOptions as accountsFound,
  listBillPrintFilesOptions as filesOfPrint,
  listBillPrintsOptions as printsOfRun,
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

export async function createPrint(body: BillPrintIn, key: string) {
  const { data } = await createBillPrint({ body, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

export async function resumePrint(id: string, key: string) {
  const { data } = await resumeBillPrint({ path: { id }, headers: { "Idempotency-Key": key }, throwOnError: true });
  return data;
}

/** A finished file of a print, saved as the browser saves everything. */
export async function savePrintFile(id: string, name: string): Promise<void> {
  const { data } = await downloadBillPrintFile({ path: { id }, parseAs: "blob", throwOnError: true });
  saveAs(data as Blob, name);
}

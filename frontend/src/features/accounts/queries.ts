export {
  getAccountBalanceOptions as accountBalance,
  getAccountOptions as accountDetail,
  getAccountStatementOptions as accountStatement,
  listAccountsOptions as accountList,
  listAgreementsOptions as agreementsOfAccount,
  listBillsOptions as billsOfAccount,
  listDeliveriesOptions as deliveriesOfAccount,
  listOpenItemsOptions as openItemsOfAccount,
  listReadingsOptions as readingsOfAccount,
  listReceiptsOptions as receiptsOfAccount,
} from "@/api/@tanstack/react-query.gen";

export {
  getAccountBalanceOptions as accountBalance,
  getAccountOptions as accountDetail,
  listAccountsOptions as accountList,
  listAgreementsOptions as agreementsOfAccount,
  listBillsOptions as billsOfAccount,
  listOpenItemsOptions as openItemsOfAccount,
  listReceiptsOptions as receiptsOfAccount,
} from "@/api/@tanstack/react-query.gen";

export {
  getPartyOptions as partyDetail,
  listAccountsOptions as accountsOfParty,
  listPartiesOptions as partyList,
} from "@/api/@tanstack/react-query.gen";

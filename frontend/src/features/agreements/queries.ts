export {
  getAgreementOptions as agreementDetail,
  listAgreementsOptions as agreementList,
} from "@/api/@tanstack/react-query.gen";

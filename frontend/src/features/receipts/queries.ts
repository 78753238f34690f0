export { listReceiptsOptions as receiptList } from "@/api/@tanstack/react-query.gen";

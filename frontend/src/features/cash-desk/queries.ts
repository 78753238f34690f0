import {
  answerCashPayment,
  cancelCashPayment,
  type CashCountIn,
  type CashMoveIn,
  type CashPaymentIn,
  type CashShiftIn,
  closeCashShift,
  moveShiftCash,
  openCashShift,
  printXReport,
  takeCashPayment,
} from "@/api";

export {
  findPayersOptions as payersOf,
  getCashDeskStateOptions as deskState,
  listCashDesksOptions as deskList,
  listCashPaymentsOptions as paymentList,
  listCashShiftsOptions as shiftList,
} from "@/api/@tanstack/react-query.gen";

const once = (key: string) => ({ "Idempotency-Key": key });

export async function openShift(body: CashShiftIn, key: string) {
  const { data } = await openCashShift({ body, headers: once(key), throwOnError: true });
  return data;
}

export async function closeShift(id: string, body: CashCountIn, key: string) {
  const { data } = await closeCashShift({ path: { id }, body, headers: once(key), throwOnError: true });
  return data;
}

export async function moveCash(id: string, body: CashMoveIn, key: string) {
  const { data } = await moveShiftCash({ path: { id }, body, headers: once(key), throwOnError: true });
  return data;
}

export async function xReport(id: string, key: string) {
  const { data } = await printXReport({ path: { id }, headers: once(key), throwOnError: true });
  return data;
}

export async function takePayment(id: string, body: CashPaymentIn, key: string) {
  const { data } = await takeCashPayment({ path: { id }, body, headers: once(key), throwOnError: true });
  return data;
}

export async function cancelPayment(id: string) {
  const { data } = await cancelCashPayment({ path: { id }, throwOnError: true });
  return data;
}

export async function answerPayment(id: string, was: "PRINTED" | "NOT_PRINTED") {
  const { data } = await answerCashPayment({ path: { id }, body: { was }, throwOnError: true });
  return data;
}

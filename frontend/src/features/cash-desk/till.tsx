import { useEffect, useRef, useState } from "react";

import type { CashDeskStateOut, CashPaymentOut, CashShiftOut, PayerOut } from "@/api";
import { FindPayer } from "@/features/cash-desk/find-payer";
import { PayForm } from "@/features/cash-desk/pay-form";
import { PaymentState } from "@/features/cash-desk/payment-state";

interface TillProps {
  state: CashDeskStateOut;
  shift: CashShiftOut;
  onChanged: () => void;
}

/** One customer after another: find, amount, print, change. A payment under way is shown whatever was here before. */
export function Till({ state, shift, onChanged }: TillProps) {
  const [payer, setPayer] = useState<PayerOut | null>(null);
  const [sent, setSent] = useState<CashPaymentOut | null>(null);
  const scanned = useScan(state);
  const latest = state.payment;
  const isUnderWay = latest?.state === "TAKING";
  const shown = isUnderWay ? latest : sent && latest?.id === sent.id ? latest : sent;
  useEffect(() => {
    if (isUnderWay && latest) setSent(latest);
  }, [isUnderWay, latest]);
  function next() {
    setSent(null);
    setPayer(null);
  }
  if (shown) return <PaymentState payment={shown} onChanged={onChanged} onNext={next} />;
  if (payer) {
    const taken = (payment: CashPaymentOut) => {
      setSent(payment);
      onChanged();
    };
    return <PayForm key={payer.account_id} payer={payer} shift={shift} onTaken={taken} onBack={() => setPayer(null)} />;
  }
  return <FindPayer scanned={scanned} latest={latest} onFound={setPayer} />;
}

interface Scan {
  count: number;
  text: string;
}

/** What the desk's own scanner read since the page was opened; null before the first. */
function useScan(state: CashDeskStateOut): Scan | null {
  const first = useRef(state.scan_count);
  return state.scan_count > first.current ? { count: state.scan_count, text: state.latest_scan } : null;
}

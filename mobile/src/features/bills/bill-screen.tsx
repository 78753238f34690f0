import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { View } from "react-native";

import type { BillExplanationOut, BillWithLinesOut, LineExplanationOut } from "@/api";
import { billDetail, billExplanation, readDocument } from "@/features/bills/queries";
import { formatDate, formatPeriod } from "@/lib/dates";
import { showFile } from "@/lib/files";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { BridgeReasons, BridgeSentence, BridgeSums } from "@/ui/bridge";
import { Card, Fact, Rule } from "@/ui/card";
import { useMoney } from "@/ui/figures";
import { Screen } from "@/ui/screen";
import { ProblemNotice } from "@/ui/states";
import { Unfold } from "@/ui/unfold";
import { Words } from "@/ui/words";

export function BillScreen({ id }: { id: string }) {
  const { say } = useSay();
  const money = useMoney();
  const { data: bill } = useSuspenseQuery(billDetail(id));
  const total = money(bill.gross, bill.currency);
  return (
    <Screen
      title={say("bill.title", { period: formatPeriod(bill.period_from, bill.period_to) })}
      back={{ to: "/bills", label: say("bills.title") }}
    >
      <Card title={say("bill.total")}>
        <View>
          <Words size="figure" strong>
            {total}
          </Words>
          <Words>{say("home.due", { date: formatDate(bill.due_date) })}</Words>
        </View>
        <Words size="small" tone="quiet">
          {say("bill.number", { number: bill.number, date: formatDate(bill.document_date) })}
        </Words>
        <DocumentButton bill={bill} />
      </Card>
      <Explained bill={bill} />
    </Screen>
  );
}

function DocumentButton({ bill }: { bill: BillWithLinesOut }) {
  const { say, language } = useSay();
  const document = useMutation({
    mutationFn: () => readDocument(bill.id, language),
    onSuccess: (content) => showFile(content, `${bill.number}.pdf`),
  });
  return (
    <>
      <ActionButton
        label={say("bill.document")}
        icon="download"
        isBusy={document.isPending}
        onPress={() => document.mutate()}
      />
      {document.error ? <ProblemNotice error={document.error} /> : null}
    </>
  );
}

/** From the bill before to this one, then every line with how it came about. */
function Explained({ bill }: { bill: BillWithLinesOut }) {
  const { say, language } = useSay();
  const { data: explanation } = useSuspenseQuery(billExplanation(bill.id, language));
  return (
    <>
      <Card title={say("bill.changed")}>
        <BridgeSentence explanation={explanation} />
        <BridgeReasons explanation={explanation} />
        <BridgeSums explanation={explanation} />
      </Card>
      <Services bill={bill} explanation={explanation} />
    </>
  );
}

function Services({ bill, explanation }: { bill: BillWithLinesOut; explanation: BillExplanationOut }) {
  const { say, language } = useSay();
  const money = useMoney();
  return (
    <Card title={say("bill.services")}>
      {bill.services.map((service) => (
        <View key={service.agreement_id} style={{ gap: 8 }}>
          <Words heading={3}>{service.service_names[language] ?? service.service_code}</Words>
          {explanation.lines
            .filter((line) => line.agreement_id === service.agreement_id)
            .map((line) => (
              <Line key={line.line_no} line={line} currency={bill.currency} />
            ))}
          <Rule />
        </View>
      ))}
      <Fact name={say("bill.total")} value={money(bill.gross, bill.currency)} isStrong />
      <Fact name={say("bill.tax")} value={money(bill.tax, bill.currency)} />
    </Card>
  );
}

function Line({ line, currency }: { line: LineExplanationOut; currency: string }) {
  const { say } = useSay();
  const money = useMoney();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <View>
      <Fact name={line.description} value={money(line.gross, currency)} />
      <Unfold label={say("bill.how")} of={line.description} isOpen={isOpen} onToggle={() => setIsOpen(!isOpen)}>
        {line.steps.map((step, position) => (
          <Words size="small" key={`${step.code} ${position}`}>
            {step.text}
          </Words>
        ))}
      </Unfold>
    </View>
  );
}

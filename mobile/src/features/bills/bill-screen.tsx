import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { View } from "react-native";

import type { BillWithLinesOut } from "@/api";
import { billDetail, readDocument } from "@/features/bills/queries";
import { formatDate, formatPeriod } from "@/lib/dates";
import { showFile } from "@/lib/files";
import { useSay } from "@/lib/texts";
import { ActionButton } from "@/ui/action-button";
import { Card, Fact, Rule } from "@/ui/card";
import { useMoney } from "@/ui/money";
import { Screen } from "@/ui/screen";
import { ProblemNotice } from "@/ui/states";
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
      <Services bill={bill} />
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

function Services({ bill }: { bill: BillWithLinesOut }) {
  const { say, language } = useSay();
  const money = useMoney();
  return (
    <Card title={say("bill.services")}>
      {bill.services.map((service) => (
        <View key={service.agreement_id} style={{ gap: 6 }}>
          <Words strong>{service.service_names[language] ?? service.service_code}</Words>
          {service.lines.map((line) => (
            <Fact
              key={line.line_no}
              name={line.label || line.component}
              value={money(line.gross, bill.currency)}
            />
          ))}
          <Rule />
        </View>
      ))}
      <Fact name={say("bill.tax")} value={money(bill.tax, bill.currency)} />
      <Fact name={say("bill.total")} value={money(bill.gross, bill.currency)} isStrong />
    </Card>
  );
}

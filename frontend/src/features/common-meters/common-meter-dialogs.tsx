import { Autocomplete, Group, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { CommonMeterIn, CommonMeterOut } from "@/api";
import { type Member, MembersField } from "@/features/common-meters/members-field";
import { PointField } from "@/features/common-meters/points-field";
import { addCommonMeter, commonMetersKey, endRule } from "@/features/common-meters/queries";
import { dayAfter, monthBefore } from "@/lib/dates";
import { type TextKey, useSay } from "@/lib/texts";
import { DateField } from "@/ui/date-field";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

export const METHODS = ["PERSONS", "AREA", "FLATS", "EQUAL", "LOSS"] as const;
const ON_TROUBLE = { when_negative: ["REFUSE", "ZERO"], when_unread: ["REFUSE", "ESTIMATE"] } as const;
const ATTRIBUTE_OF: Record<string, string> = { PERSONS: "members", AREA: "area_m2" };

function useRefresh(onClose: () => void) {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: commonMetersKey() });
    onClose();
  };
}

const membersOf = (members: Member[], isLoss: boolean): CommonMeterIn["members"] =>
  members.map(({ id, isSubtracted, isSharing }) => ({
    service_point_id: id,
    is_subtracted: isSubtracted,
    is_sharing: isSharing && !isLoss,
  }));

export function NewCommonMeterDialog({ onClose }: { onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const [members, setMembers] = useState<Member[]>([]);
  const form = useProblemForm({
    initial: {
      main_point_id: "",
      method: "PERSONS",
      attribute: "members",
      register_code: "",
      share_code: "",
      when_negative: "REFUSE",
      when_unread: "REFUSE",
      valid_from: monthBefore(new Date())[1],
      source_document: "",
      members: "",
    },
    submit: (values) =>
      addCommonMeter({
        ...values,
        method: values.method as CommonMeterIn["method"],
        when_negative: values.when_negative as CommonMeterIn["when_negative"],
        when_unread: values.when_unread as CommonMeterIn["when_unread"],
        members: membersOf(members, values.method === "LOSS"),
        valid_to: null,
      }),
    onDone: useRefresh(onClose),
  });
  const isLoss = form.values.method === "LOSS";
  const hasAttribute = !isLoss && form.values.method !== "EQUAL";
  const trouble = (name: keyof typeof ON_TROUBLE, label: TextKey) => (
    <Select
      label={say(label)}
      data={ON_TROUBLE[name].map((value) => ({ value, label: word(`common.${name}`, value) }))}
      value={form.values[name]}
      error={form.field(name).error}
      allowDeselect={false}
      onChange={(value) => form.set(name, value ?? "")}
    />
  );
  return (
    <FormDialog size="lg" title={say("common.new")} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <PointField
        label={say("common.main")}
        description={say("common.main.about")}
        value={form.values.main_point_id}
        error={form.field("main_point_id").error}
        onChange={(id) => form.set("main_point_id", id)}
      />
      <Select
        label={say("common.method")}
        data={METHODS.map((value) => ({ value, label: word("common.method", value) }))}
        value={form.values.method}
        error={form.field("method").error}
        allowDeselect={false}
        onChange={(value) => {
          form.set("method", value ?? "");
          form.set("attribute", ATTRIBUTE_OF[value ?? ""] ?? "");
          if (value === "LOSS") form.set("share_code", "");
        }}
      />
      {hasAttribute ? (
        <Autocomplete
          label={say("agreement.attribute")}
          description={say("agreement.attribute.about")}
          data={Object.values(ATTRIBUTE_OF)}
          value={form.values.attribute}
          error={form.field("attribute").error}
          onChange={(value) => form.set("attribute", value)}
        />
      ) : null}
      <Group grow align="flex-start">
        <TextInput {...form.field("register_code")} label={say("common.register")} autoComplete="off" />
        {isLoss ? null : <TextInput {...form.field("share_code")} label={say("common.share")} autoComplete="off" />}
      </Group>
      <MembersField
        value={members}
        error={form.field("members").error}
        canShare={!isLoss}
        onChange={(changed) => {
          setMembers(changed);
          form.set("members", JSON.stringify(changed)); // another intention needs another key
        }}
      />
      <Group grow align="flex-start">
        {trouble("when_negative", "common.negative")}
        {trouble("when_unread", "common.unread")}
      </Group>
      <DateField
        label={say("agreement.from_day")}
        name="valid_from"
        value={form.values.valid_from}
        error={form.field("valid_from").error}
        onChange={(value) => form.set("valid_from", value)}
      />
      <TextInput {...form.field("source_document")} label={say("common.source")} description={say("common.source.about")} autoComplete="off" />
    </FormDialog>
  );
}

export function EndCommonMeterDialog({ rule, onClose }: { rule: CommonMeterOut; onClose: () => void }) {
  const { say } = useSay();
  const form = useProblemForm({
    initial: { valid_to: "" },
    submit: (values) => endRule(rule.id, dayAfter(values.valid_to)),
    onDone: useRefresh(onClose),
  });
  return (
    <FormDialog title={say("common.end.title", { code: rule.main_point_code })} submitLabel={say("common.end")} form={form} onClose={onClose}>
      <DateField
        label={say("agreement.last_day")}
        name="valid_to"
        value={form.values.valid_to}
        error={form.field("valid_to").error}
        onChange={(value) => form.set("valid_to", value)}
      />
    </FormDialog>
  );
}

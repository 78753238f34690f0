import { Select, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { ContactKind, PartyOut } from "@/api";
import { changeParty, partyDetail, partyToChange } from "@/features/parties/queries";
import { LANGUAGES, useSay } from "@/lib/texts";
import type { Versioned } from "@/lib/versions";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";
import { useWord } from "@/ui/states";

const OFFERED: ContactKind[] = ["PHONE", "EMAIL"];

/** Name, numbers and how to reach somebody. What is shown is read anew first, so that nobody's change is lost. */
export function PartyDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(partyToChange(id));
  return data ? <LoadedDialog seen={data} onClose={onClose} /> : null;
}

function LoadedDialog({ seen: { record, version }, onClose }: { seen: Versioned<PartyOut>; onClose: () => void }) {
  const { say } = useSay();
  const word = useWord();
  const queries = useQueryClient();
  const [contacts, setContacts] = useState(() => contactsOf(record));
  const form = useProblemForm<Record<string, string>, PartyOut>({
    initial: { name: record.name, language: record.language, tax_id: record.tax_id, vat_id: record.vat_id, contact_points: "" },
    submit: (values) =>
      changeParty(record.id, version, {
        kind: record.kind,
        is_estate: record.is_estate,
        name: values["name"] ?? "",
        language: LANGUAGES.find((one) => one === values["language"]) ?? record.language,
        tax_id: values["tax_id"] ?? "",
        vat_id: values["vat_id"] ?? "",
        contact_points: contacts.filter(({ value }) => value.trim()),
      }),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: partyDetail({ path: { id: record.id } }).queryKey });
      onClose();
    },
  });
  function write(at: number, value: string) {
    const changed = contacts.map((one, place) => (place === at ? { ...one, value } : one));
    setContacts(changed);
    form.set("contact_points", changed.map((one) => one.value).join("\n")); // another intention
  }
  return (
    <FormDialog title={say("party.edit")} submitLabel={say("action.save")} form={form} onClose={onClose}>
      <TextInput {...form.field("name")} label={say("party.name")} autoComplete="off" data-autofocus />
      <Select
        label={say("party.language")}
        data={LANGUAGES.map((value) => ({ value, label: word("language", value) }))}
        value={form.values["language"] ?? null}
        error={form.field("language").error}
        allowDeselect={false}
        onChange={(value) => form.set("language", value ?? "")}
      />
      <TextInput {...form.field("tax_id")} label={say("party.tax_id")} autoComplete="off" />
      <TextInput {...form.field("vat_id")} label={say("party.vat_id")} autoComplete="off" />
      {contacts.map(({ kind, value }, place) => (
        <TextInput
          key={`${kind} ${place}`}
          label={word("contact", kind)}
          autoComplete="off"
          value={value}
          error={place === contacts.length - 1 ? form.field("contact_points").error : undefined}
          onChange={(event) => write(place, event.currentTarget.value)}
        />
      ))}
      <Text size="xs" c="dimmed">
        {say("party.contacts.about")}
      </Text>
    </FormDialog>
  );
}

/** Those there are, and an empty one of each usual kind that is not there yet. */
function contactsOf({ contact_points: known }: PartyOut): { kind: ContactKind; value: string }[] {
  const missing = OFFERED.filter((kind) => !known.some((one) => one.kind === kind));
  return [...known, ...missing.map((kind) => ({ kind, value: "" }))];
}

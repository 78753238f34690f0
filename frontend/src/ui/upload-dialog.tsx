import { Checkbox, FileInput, Select } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { JobOut } from "@/api";
import { useSay } from "@/lib/texts";
import { FormDialog } from "@/ui/form-dialog";
import { useProblemForm } from "@/ui/problem-form";

export interface UploadChoice {
  name: string;
  label: string;
  data: { value: string; label: string }[];
}

interface UploadDialogProps {
  title: string;
  choices: UploadChoice[];
  /** Whether the file may only be tried out first. */
  hasTrial?: boolean;
  send: (values: Record<string, string>, file: File, isTrial: boolean, key: string) => Promise<JobOut>;
  onClose: () => void;
}

/** A file and where it belongs; its job takes over and shows row by row what became of it. */
export function UploadDialog({ title, choices, hasTrial = false, send, onClose }: UploadDialogProps) {
  const { say } = useSay();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [isTrial, setTrial] = useState(false);
  const only = Object.fromEntries(choices.map(({ name, data }) => [name, data.length === 1 ? (data[0]?.value ?? "") : ""]));
  const form = useProblemForm<Record<string, string>, JobOut>({
    initial: { file: "" },
    submit: (values, key) => {
      if (!file) throw new Error("the button waits for a file");
      return send({ ...only, ...values }, file, isTrial, `${key}${isTrial ? "-trial" : ""}`);
    },
    onDone: (job) => void navigate({ to: `/jobs/${job.id}` }),
  });
  const isChosen = choices.every(({ name }) => form.values[name] || only[name]);
  return (
    <FormDialog title={title} submitLabel={say("upload.send")} form={form} onClose={onClose} isReady={file !== null && isChosen}>
      {choices.map(({ name, label, data }, place) => (
        <Select
          data-autofocus={place === 0 || undefined}
          key={name}
          name={name}
          label={label}
          data={data}
          value={form.values[name] || only[name] || null}
          error={form.field(name).error}
          allowDeselect={false}
          onChange={(value) => form.set(name, value ?? "")}
        />
      ))}
      <FileInput
        label={say("upload.file")}
        placeholder={say("upload.choose")}
        leftSection={<IconUpload size={14} aria-hidden />}
        value={file}
        error={form.field("file").error}
        onChange={(chosen) => {
          setFile(chosen);
          form.set("file", chosen ? `${chosen.name} ${chosen.size} ${chosen.lastModified}` : "");
        }}
        clearable
        clearButtonProps={{ "aria-label": say("filter.clear") }}
      />
      {hasTrial ? (
        <Checkbox label={say("upload.trial")} checked={isTrial} onChange={(event) => setTrial(event.currentTarget.checked)} />
      ) : null}
    </FormDialog>
  );
}

import { downloadListFile, type JobOut } from "@/api";

const KEPT_MS = 60_000;

/** The file of a finished export, saved as the browser saves everything. */
export async function saveExport(job: JobOut): Promise<void> {
  const { data } = await downloadListFile({ path: { id: job.id }, parseAs: "blob", throwOnError: true });
  const name = job.result["name"];
  saveAs(data as Blob, typeof name === "string" ? name : "list");
}

export function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS); // the browser may still be reading
}

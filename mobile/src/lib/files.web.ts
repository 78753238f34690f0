const READ_MS = 60_000;

/** Saves a file under its name, as a browser does. */
export async function showFile(content: Blob, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name.replaceAll("/", "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MS);
}

import { File, Paths } from "expo-file-system";
import { shareAsync } from "expo-sharing";

/** Hands a file to the reader the person chooses. */
export async function showFile(content: Blob, name: string): Promise<void> {
  const file = new File(Paths.cache, name.replaceAll("/", "-"));
  if (file.exists) file.delete();
  file.create();
  file.write(new Uint8Array(await new Response(content).arrayBuffer()));
  await shareAsync(file.uri, { mimeType: content.type });
}

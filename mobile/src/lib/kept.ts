import { Directory, File, Paths } from "expo-file-system";

// One file a thing, in a folder that the system does not empty.
const folder = () => new Directory(Paths.document, "kept");

function fileOf(name: string): File {
  if (!folder().exists) folder().create();
  return new File(folder(), encodeURIComponent(name));
}

export async function keepThing(name: string, thing: unknown): Promise<void> {
  const file = fileOf(name);
  if (!file.exists) file.create();
  file.write(JSON.stringify(thing));
}

export async function keptThing(name: string): Promise<unknown> {
  const file = fileOf(name);
  return file.exists ? (JSON.parse(await file.text()) as unknown) : undefined;
}

export async function keepBlob(name: string, blob: Blob): Promise<void> {
  const file = fileOf(name);
  if (!file.exists) file.create();
  file.write(new Uint8Array(await new Response(blob).arrayBuffer()));
}

export async function keptBlob(name: string): Promise<Blob | undefined> {
  const file = fileOf(name);
  return file.exists ? new Blob([await file.bytes()], { type: "image/jpeg" }) : undefined;
}

export async function dropThing(name: string): Promise<void> {
  const file = fileOf(name);
  if (file.exists) file.delete();
}

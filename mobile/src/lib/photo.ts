import { launchCameraAsync, launchImageLibraryAsync, requestCameraPermissionsAsync } from "expo-image-picker";

/** A picture of a dial: where it can be shown from, and what is sent. */
export interface Photo {
  uri: string;
  content: Blob;
}

export type PhotoSource = "camera" | "file";

const QUALITY = 0.7;

/** Null when the person thought better of it, or does not let us use the camera. */
export async function pickPhoto(source: PhotoSource): Promise<Photo | null> {
  const options = { mediaTypes: ["images" as const], quality: QUALITY, exif: false };
  if (source === "camera" && !(await requestCameraPermissionsAsync()).granted) return null;
  const picked = await (source === "camera" ? launchCameraAsync(options) : launchImageLibraryAsync(options));
  const asset = picked.assets?.[0];
  if (!asset) return null;
  return { uri: asset.uri, content: await (await fetch(asset.uri)).blob() };
}

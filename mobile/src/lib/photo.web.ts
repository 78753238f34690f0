/** A picture of a dial: where it can be shown from, and what is sent. */
export interface Photo {
  uri: string;
  content: Blob;
}

export type PhotoSource = "camera" | "file";

const LONGEST_SIDE_PX = 1600; // digits stay legible, the upload stays small
const QUALITY = 0.8;

/** Null when the person thought better of it. On a phone "camera" opens the camera, elsewhere both choose a file. */
export async function pickPhoto(source: PhotoSource): Promise<Photo | null> {
  const file = await chooseFile(source);
  if (!file) return null;
  const content = await smaller(file);
  return { uri: URL.createObjectURL(content), content };
}

function chooseFile(source: PhotoSource): Promise<File | null> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  if (source === "camera") input.setAttribute("capture", "environment");
  return new Promise((done) => {
    input.onchange = () => done(input.files?.[0] ?? null);
    input.oncancel = () => done(null);
    input.click();
  });
}

/** Drawn anew: smaller, and without the place where it was taken. What cannot be drawn goes as it is, to be judged. */
async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return drawn ?? file;
  } catch (error) {
    console.warn("The picture could not be drawn smaller.", error);
    return file;
  }
}

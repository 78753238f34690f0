/** A record and the mark of the version that somebody looks at: a change of an older one is refused. */
export interface Versioned<Record> {
  record: Record;
  version: string;
}

export async function versioned<Record>(answer: Promise<{ data: Record; response: Response }>): Promise<Versioned<Record>> {
  const { data, response } = await answer;
  return { record: data, version: response.headers.get("ETag") ?? "" };
}

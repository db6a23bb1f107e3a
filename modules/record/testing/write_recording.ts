import { jsonLines } from "../json_lines.ts";

/** What is given of an entry; the rest is made up. */
export interface GivenEntry {
  readonly topic?: string;
  readonly message: unknown;
  readonly time?: number;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a recording as it is, without a recorder. */
export async function writeRecording(
  folder: string,
  entries: Iterable<GivenEntry>,
): Promise<void> {
  const batch = jsonLines.batch();
  let sequence = 0;
  for (const { topic = "a", message, time = 0, id, headers = {} } of entries) {
    const name = id ?? String(sequence);
    batch.add(sequence++, { topic, message, time, id: name, headers });
  }
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/0000000000000000.jsonl`, batch.bytes());
}

import { jsonLines } from "../json_lines.ts";

/** Entry of a test recording; omitted properties get default values. */
export interface GivenEntry {
  readonly topic?: string;
  readonly message: unknown;
  readonly time?: number;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a recording without a recorder. */
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

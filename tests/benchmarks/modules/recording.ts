import playback from "../../../modules/playback/mod.ts";
import record, { readRecording } from "../../../modules/record/mod.ts";
import { diffRecordings } from "../../../modules/record/diff/mod.ts";
import type { Module } from "@caryatid/sdk";
import { expectAll, perProcessorSecond, readAll } from "../core/count.ts";
import { Subject } from "../core/subject.ts";
import type { Case, Figures } from "../harness.ts";
import { parseByHand, writeByHand } from "./json_lines.ts";

const MESSAGES = 300_000;
const TOPIC = "bench.record";
const SIZE = 200;

/**
 * Returns a different message of 200 bytes of JSON each time, since the engine
 * would cache an equal text.
 */
function message(number: number): unknown {
  const value = {
    number,
    price: number / 8,
    customer: `customer ${number % 1_000}`,
    flag: number % 2 === 0,
    text: "",
  };
  const rest = SIZE - JSON.stringify(value).length;
  value.text = `${number}`.padStart(rest, "lorem ipsum ");
  return value;
}

const messages = Array.from({ length: MESSAGES }, (_, n) => message(n));

/** Rates of recording to the disk, of replay from it, and of comparison. */
export const recording: readonly Case[] = [
  {
    name: "record",
    unit: "/s",
    run: recordAgainstHand,
    ratio: ["record", "by-hand"],
    goals: [{ of: "record", least: 200_000 }],
    remark: `${MESSAGES} messages of ${SIZE} B, publish awaited, to files of ` +
      "JSON lines, the last write included; peer: the same lines, written " +
      "by hand from an array",
  },
  recordCase("record-cbor", { format: "cbor" }, "to CBOR sequences"),
  recordCase("record-gzip", { compress: true }, "to compressed JSON lines"),
  recordCase(
    "record-synced",
    { sync: "flush" },
    "each write brought to the disk by fdatasync: a figure of the disk",
    [],
  ),
  {
    name: "playback",
    unit: "/s",
    goals: [{ of: "playback", least: 200_000 }],
    run: () =>
      withRecording({}, async (path) => ({
        ...await replay(path),
        "by-hand": await perProcessorSecond(MESSAGES, () => parseByHand(path)),
      })),
    ratio: ["playback", "by-hand"],
    remark:
      `${MESSAGES} JSON messages of ${SIZE} B, speed "max", to one loop; ` +
      "peer: the same files, parsed by hand",
  },
  {
    name: "playback-cbor",
    unit: "/s",
    goals: [{ of: "playback", least: 200_000 }],
    run: () => withRecording({ format: "cbor" }, replay),
    remark: "the same from CBOR sequences",
  },
  {
    name: "diff",
    unit: "/s",
    run: () =>
      withRecording({}, async (path) => {
        const rate = await perProcessorSecond(MESSAGES, async () => {
          const { equal } = await diffRecordings(path, path);
          expectAll(equal, MESSAGES);
        });
        return { diff: rate };
      }),
    remark: "a recording with itself, pairs of messages",
  },
];

function recordCase(
  name: string,
  config: Record<string, unknown>,
  remark: string,
  goals: Case["goals"] = [{ of: "record", least: 200_000 }],
): Case {
  return {
    name,
    unit: "/s",
    goals,
    async run() {
      let rate = 0;
      await withRecording(config, async (path, recorded) => {
        rate = recorded;
        let found = 0;
        for await (const _ of readRecording(path)) found++;
        expectAll(found, MESSAGES);
        return {};
      });
      return { record: rate };
    },
    remark: `${MESSAGES} messages of ${SIZE} B, publish awaited, ${remark}`,
  };
}

/** Makes a recording, and measures with `use`. */
async function withRecording<T>(
  config: Record<string, unknown>,
  use: (path: string, recorded: number) => Promise<T>,
): Promise<T> {
  // Next to the code, not in /tmp, which may be memory.
  const dir = new URL("./", import.meta.url).pathname;
  const path = await Deno.makeTempDir({ dir, prefix: ".recording_" });
  try {
    const rate = await perProcessorSecond(
      MESSAGES,
      () => recordAll(path, config),
    );
    return await use(path, rate);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function recordAll(
  path: string,
  config: Record<string, unknown>,
): Promise<void> {
  const subject = new Subject();
  const { context } = subject;
  await start(record, subject, { path, topic: TOPIC, ...config });
  for (const one of messages) await context.publish(TOPIC, one);
  const [received] = context.subscriptions;
  while (received!.queued > 0) await context.clock.sleep(1);
  await subject[Symbol.asyncDispose]();
  await context.ended();
}

/** Makes a recording, then writes its lines again without the recorder. */
async function recordAgainstHand(): Promise<Figures> {
  return await withRecording({}, async (path, recorded) => {
    const values: unknown[] = [];
    await parseByHand(path, (value) => values.push(value));
    const file = `${path}/by_hand`;
    const byHand = await perProcessorSecond(
      MESSAGES,
      () => writeByHand(file, values),
    );
    return { record: recorded, "by-hand": byHand };
  });
}

async function replay(path: string): Promise<{ playback: number }> {
  await using subject = new Subject();
  const received = subject.context.subscribe(TOPIC);
  const rate = await perProcessorSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    await start(playback, subject, { path, speed: "max" });
    await read;
  });
  return { playback: rate };
}

/**
 * Starts a module as a process does: checks the section, calls `init` and
 * begins the tasks.
 */
async function start(
  module: Module,
  { context }: Subject,
  config: Record<string, unknown>,
): Promise<void> {
  const result = await module.config!["~standard"].validate(config);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  await module.init(context, result.value);
  context.begin();
}

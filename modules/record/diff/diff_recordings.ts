import { checkCount } from "@caryatid/sdk/bus";
import { readBatches } from "../read_recording.ts";
import type { RecordedMessage } from "../recorded_message.ts";
import { Aligner } from "./aligner.ts";
import { canonical } from "./canonical.ts";
import { changedPaths } from "./changed_paths.ts";
import type { RecordingDiff } from "./difference.ts";
import { Found } from "./found.ts";
import { Ignored } from "./ignored.ts";
import { Peeked } from "./peeked.ts";
import { Side } from "./side.ts";

const WINDOW = 10_000;
const MOST_WINDOW = 1_000_000;
const MOST = 1_000;

/** How to compare two recordings. */
export interface DiffOptions {
  /** Paths that don't count, such as `message.time`, `message.items[*].id` or `headers`; `*` is any key or index (none). */
  readonly ignore?: readonly string[];
  /** Whether the time counts at which a message was published (false). */
  readonly time?: boolean;
  /** Whether ids count (false). */
  readonly ids?: boolean;
  /** How far apart in the recordings what belongs together may be, in messages (10,000; up to 1,000,000). */
  readonly window?: number;
  /** How many differences are listed; the others are only counted (1,000). */
  readonly most?: number;
  /** What happens where a recording is damaged: that of `ReadOptions` ("fail"). */
  readonly onDamage?: "fail" | "skip";
}

/**
 * Compares two recordings message by message: topic, headers and message count, times and ids don't unless they are asked for.
 *
 * Integers, bigints and floats of the same value are the same, and so are a Date and its text: over an external bus one becomes the
 * other. Where a recording is of Rust's form, only messages count.
 *
 * It takes memory for four windows of messages and the differences that are listed, however long the recordings are. What belongs together but lies farther apart than a window is told as missing and added.
 *
 * Rejects with `INVALID_OPTION`, and as {@linkcode readRecording} does.
 *
 * @param a folder or file of what was expected
 * @param b folder or file of what came
 *
 * @example A replayed bug as a test
 * ```ts
 * import { diffRecordings } from "@caryatid/modules/record/diff";
 * import record from "@caryatid/modules/record";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * async function recording(total: number): Promise<string> {
 *   const path = await Deno.makeTempDir();
 *   await using test = await testModule(record, { path });
 *   await test.bus.inject("order.paid", { number: 1, total });
 *   return path;
 * }
 * const [expected, found] = [await recording(12), await recording(13)];
 *
 * const { differences } = await diffRecordings(expected, found);
 * assert.equal(differences[0]?.kind, "changed");
 * assert.deepEqual(differences[0].paths, [{ path: "message.total", a: 12, b: 13 }]);
 * assert((await diffRecordings(expected, found, { ignore: ["message.total"] })).same);
 * ```
 */
export async function diffRecordings(
  a: string,
  b: string,
  options: DiffOptions = {},
): Promise<RecordingDiff> {
  const window = checkCount("window", options.window ?? WINDOW, MOST_WINDOW);
  const most = checkCount("most", options.most ?? MOST, 1_000_000);
  const ignored = Ignored.of(options.ignore ?? []);
  const { onDamage = "fail" } = options;
  const sources = [a, b].map((path) =>
    new Peeked(readBatches(path, { onDamage }))
  );
  const [left, right] = sources as [Peeked, Peeked];
  try {
    const bare = await left.isBare() || await right.isBare();
    const view = (message: RecordedMessage) => viewOf(message, options, bare);
    const keyOf = (message: RecordedMessage) =>
      canonical(view(message), ignored);
    const found = new Found(
      most,
      (one, other) => changedPaths(view(one), view(other), ignored),
    );
    const sides = [new Side(left, keyOf), new Side(right, keyOf)] as const;
    await new Aligner(...sides, window, found).run();
    return found.result();
  } finally {
    await left.return();
    await right.return();
  }
}

/** What of a message is compared. */
function viewOf(
  { topic, headers, message, time, id }: RecordedMessage,
  options: DiffOptions,
  bare: boolean,
): Record<string, unknown> {
  if (bare) return { message };
  return {
    topic,
    headers,
    message,
    ...options.time ? { time } : {},
    ...options.ids ? { id } : {},
  };
}

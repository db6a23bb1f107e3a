import { checkCount } from "@caryatid/sdk/bus";
import type { RecordedMessage } from "../entry.ts";
import { readBatches } from "../read_recording.ts";
import { Aligner } from "./aligner.ts";
import { canonical, changedPaths, IgnoredPaths } from "./compare_messages.ts";
import { DifferenceCollector, type RecordingDiff } from "./differences.ts";
import { MessageWindow } from "./message_window.ts";

const DEFAULT_WINDOW = 10_000;
const MAX_WINDOW = 1_000_000;
const DEFAULT_LISTED = 1_000;
const MAX_LISTED = 1_000_000;

type Batches = AsyncGenerator<readonly RecordedMessage[], void>;

/** Options of {@linkcode diffRecordings}. */
export interface DiffOptions {
  /**
   * Paths to ignore, such as `message.time`, `message.items[*].id` or
   * `headers`; `*` is any key or index (default: none).
   */
  readonly ignore?: readonly string[];
  /** Compares the times of the publishes if true (default: false). */
  readonly time?: boolean;
  /** Compares ids if true (default: false). */
  readonly ids?: boolean;
  /**
   * Maximum distance of matching messages, in messages (default: 10,000; up to
   * 1,000,000).
   */
  readonly window?: number;
  /**
   * Maximum number of listed differences; further ones are only counted
   * (default: 1,000).
   */
  readonly most?: number;
  /**
   * Receives the number of bytes of both recordings that were read, after each
   * piece.
   */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Policy for damaged recordings, as in `ReadOptions` (default: "fail"). */
  readonly onDamage?: "fail" | "skip";
}

/**
 * Compares two recordings message by message: topics, headers and messages, and
 * on request times and ids.
 *
 * Integers, bigints and floats of the same value are equal, and so are a Date
 * and its text, because an external bus converts them. If a recording is in
 * Rust's format, only messages are compared.
 *
 * Keeps four windows of messages and the listed differences in memory, however
 * long the recordings are. Matching messages that lie farther apart than a
 * window count as missing and added.
 *
 * Rejects with `INVALID_OPTION`, and with the errors of `readRecording`.
 *
 * @param a folder or file of the expected recording
 * @param b folder or file of the actual recording
 *
 * @example Test that a replay is equal to the recording
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
 * assert.deepEqual(differences[0].paths, [
 *   { path: "message.total", a: 12, b: 13 },
 * ]);
 * const ignore = ["message.total"];
 * assert((await diffRecordings(expected, found, { ignore })).same);
 * ```
 */
export async function diffRecordings(
  a: string,
  b: string,
  options: DiffOptions = {},
): Promise<RecordingDiff> {
  const window = checkCount(
    "window",
    options.window ?? DEFAULT_WINDOW,
    MAX_WINDOW,
  );
  const most = checkCount("most", options.most ?? DEFAULT_LISTED, MAX_LISTED);
  const ignored = IgnoredPaths.of(options.ignore ?? []);
  const { onDamage = "fail" } = options;
  let bytes = 0;
  const onRead = options.onProgress &&
    ((more: number) => options.onProgress?.(bytes += more));
  const left = readBatches(a, { onDamage, onRead });
  const right = readBatches(b, { onDamage, onRead });
  try {
    const [firstA, firstB] = [await left.next(), await right.next()];
    const bare = isBare(firstA) || isBare(firstB);
    const view = (message: RecordedMessage) => viewOf(message, options, bare);
    const keyOf = (message: RecordedMessage) =>
      canonical(view(message), ignored);
    const differences = new DifferenceCollector(
      most,
      (one, other) => changedPaths(view(one), view(other), ignored),
    );
    await new Aligner(
      new MessageWindow(startingWith(firstA, left), keyOf),
      new MessageWindow(startingWith(firstB, right), keyOf),
      window,
      differences,
    ).run();
    return differences.result();
  } finally {
    await left.return();
    await right.return();
  }
}

/**
 * Returns true for messages in Rust's format, which lack topic, time, id and
 * headers.
 */
function isBare(first: IteratorResult<readonly RecordedMessage[], void>) {
  return !first.done && first.value[0]!.topic === undefined;
}

async function* startingWith(
  first: IteratorResult<readonly RecordedMessage[], void>,
  rest: Batches,
): Batches {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Returns the compared properties of a message. */
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

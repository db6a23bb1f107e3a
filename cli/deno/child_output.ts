import { inTime } from "@caryatid/process/internal/lifecycle";
import { TextLineStream } from "./lines.ts";

/** Receivers of the output of a child. */
export interface ChildOutput {
  /** Receives each line of standard output. */
  readonly onOutput: (line: string) => void;
  /** Receives each line of standard error. */
  readonly onError: (line: string) => void;
}

/**
 * Maximum time to wait for the last lines after the end, in milliseconds: a
 * grandchild may keep the output open.
 */
const LAST_LINES = 2_000;

/**
 * Passes each line of a child's output to its receiver. Resolves with the
 * status of the child when it has ended and its output is read.
 */
export async function passOutput(
  child: Deno.ChildProcess,
  { onOutput, onError }: ChildOutput,
): Promise<Deno.CommandStatus> {
  const lines = Promise.all([
    forEachLine(child.stdout, onOutput),
    forEachLine(child.stderr, onError),
  ]);
  const status = await child.status;
  await inTime(lines, performance.now() + LAST_LINES);
  return status;
}

async function forEachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  handle: (line: string) => void,
): Promise<void> {
  for await (const line of stream.pipeThrough(new TextLineStream())) {
    handle(line);
  }
}

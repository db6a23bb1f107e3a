import type { Deadlines } from "@caryatid/sdk/bus";
import { Problem, problem } from "./problem.ts";

/** How much of a body is read, and how long. */
export interface BodyLimits {
  /** In bytes. */
  readonly maxSize: number;
  /** For all of it, in milliseconds. */
  readonly timeout: number;
  /** Where its deadline stands. */
  readonly deadlines: Deadlines;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads a body, and no more of it than its limit; `length` is what the client says.
 *
 * Rejects with a {@linkcode Problem}: 413 for a longer one, at once if the client says so first; 408 for one that is too slow;
 * 400 for one that ends early.
 */
export async function readBody(
  request: Request,
  length: number | undefined,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length !== undefined && length > limits.maxSize) throw tooLarge(limits);
  if (request.body === null) return NOTHING;
  // One with a length is never longer than that: the server cuts it there.
  return length !== undefined
    ? await inTime(request.bytes(), limits, () => {})
    : await readChunks(request.body, limits);
}

async function readChunks(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const cancel = () => {
    reader.cancel().catch(() => {}); // it has failed then, and nobody reads on
  };
  const read = async () => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return joined(chunks, size);
      chunks.push(value);
      size += value.length;
      if (size <= limits.maxSize) continue;
      cancel();
      throw tooLarge(limits);
    }
  };
  return await inTime(read(), limits, cancel);
}

function inTime(
  read: Promise<Uint8Array<ArrayBuffer>>,
  { deadlines, timeout }: BodyLimits,
  cancel: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const deadline = deadlines.add(timeout, () => {
      reject(problem(408, `the body took over ${timeout / 1000} s`));
      cancel();
    });
    read.then(
      (bytes) => {
        deadline.cancel();
        resolve(bytes);
      },
      (cause) => {
        deadline.cancel();
        reject(
          cause instanceof Problem
            ? cause
            : problem(400, "the body ended early", { cause }),
        );
      },
    );
  });
}

function joined(
  chunks: readonly Uint8Array[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge({ maxSize }: BodyLimits): Error {
  return problem(413, `the body may have ${maxSize} bytes`);
}

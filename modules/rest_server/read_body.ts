import type { Deadlines } from "@caryatid/sdk/bus";
import { type Problem, problem } from "./problem.ts";

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
  return request.body === null
    ? NOTHING
    : await readChunks(request.body.getReader(), limits);
}

function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: Problem) => {
      reject(reason);
      reader.cancel().catch(() => {}); // it has failed by itself then
    };
    const deadline = limits.deadlines.add(limits.timeout, () => {
      refuse(problem(408, `the body took over ${limits.timeout / 1000} s`));
    });
    const read = async () => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for (let size = 0;;) {
        const { done, value } = await reader.read();
        if (done) return resolve(joined(chunks, size));
        chunks.push(value);
        size += value.length;
        if (size > limits.maxSize) return refuse(tooLarge(limits));
      }
    };
    read()
      .catch((cause) => reject(problem(400, "the body ended early", { cause })))
      .finally(() => deadline.cancel());
  });
}

function joined(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  size: number,
): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge({ maxSize }: BodyLimits): Problem {
  return problem(413, `the body may have ${maxSize} bytes`);
}

import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { BodySource } from "./body_source.ts";

/** Bytes of a refused body that are read before its connection is cut. */
const MOST_READ = 262_144;
/** Time that a client has to end a refused body, in milliseconds. */
const MOST_TIME = 1_000;
/** Size of the buffer of one refused body, in bytes. */
const BUFFER = 16_384;
/**
 * Number of refused bodies that are read at the same time. Further connections
 * are closed after `CUT_TIME`, since each refused body that is read takes
 * memory of Deno.
 */
const MOST_AT_ONCE = 64;
/** Time in which an answer is sent, in milliseconds. */
const CUT_TIME = 50;

let discarding = 0;

/**
 * Reads the rest of a body that is not used, so that the client can read its
 * answer. A client that keeps sending is cut off.
 *
 * By default, Deno reads an unread body to its end, whatever its size, and
 * treats a body that is released before the answer is sent as read. A reader
 * that is cancelled after the answer makes Deno close the connection.
 */
export async function discardRest(source: BodySource): Promise<void> {
  if (discarding >= MOST_AT_ONCE) {
    setTimeout(() => source.cancel(), CUT_TIME);
    return;
  }
  discarding++;
  const timer = setTimeout(() => source.cancel(), MOST_TIME);
  // One buffer for all reads: new ones would stay in memory until the next
  // garbage collection.
  let buffer = new ArrayBuffer(BUFFER);
  try {
    for (let size = 0; size < MOST_READ;) {
      const read = await source.read(new Uint8Array(buffer));
      if (read.length === 0) return;
      buffer = read.buffer;
      size += read.length;
    }
  } catch {
    return; // the client has left
  } finally {
    discarding--;
    clearTimeout(timer);
  }
  await cutAfterAnswer(source);
}

/**
 * Closes the connection of a refused body. Reads that find data do not let the
 * event loop send the answer, and the connection would stay open.
 */
export async function cutAfterAnswer(source: BodySource): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await yieldToEventLoop();
  source.cancel();
}

/**
 * Discards the body of a request that was answered, as `discardRest` does. Does
 * nothing if the body is being read, or was read.
 */
export function discardBody(request: Request): void {
  const { body } = request;
  if (body === null || body.locked || request.bodyUsed) return;
  discardRest(new BodySource(body));
}

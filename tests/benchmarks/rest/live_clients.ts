/**
 * The client side of the live benchmark, a separate process with raw sockets,
 * so that 10,000 take little memory. Arguments: port and number of clients.
 *
 * Prints `> open` when all clients have received the first block. Prints a line
 * for each message that all have received: p50, p99 and the largest delay, in
 * milliseconds.
 */
import { say } from "./companion.ts";

const [port, count] = [Number(Deno.args[0]), Number(Deno.args[1])];

/**
 * Number of connections that are opened at a time, since the queue of a
 * listener is short.
 */
const AT_ONCE = 200;

const decoder = new TextDecoder();
const delays: number[] = [];
let opened = 0;
/** Number of open connections before more are started. */
let wanted = 0;
let reached = Promise.withResolvers<void>();

async function listen(client: number): Promise<void> {
  // one address has 28,000 client ports
  const hostname = `127.0.0.${1 + client % 4}`;
  const socket = await Deno.connect({ hostname, port });
  await socket.write(new TextEncoder().encode(
    "GET /live/events?topic=bench.tick HTTP/1.1\r\nHost: bench\r\n\r\n",
  ));
  const buffer = new Uint8Array(4_096);
  let text = "";
  for (;;) {
    const size = await socket.read(buffer);
    if (size === null) throw new Error("a stream has ended");
    text += decoder.decode(buffer.subarray(0, size));
    const blocks = text.split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks) hear(block);
  }
}

function hear(block: string): void {
  const now = performance.timeOrigin + performance.now();
  const time = /"time":(\d+\.?\d*)/.exec(block)?.[1];
  if (time !== undefined) {
    delays.push(now - Number(time));
    if (delays.length === count) report();
  } else if (block.includes("retry:")) {
    if (++opened === wanted) reached.resolve();
    if (opened === count) say("open");
  }
}

function report(): void {
  const sorted = delays.splice(0).toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((count - 1) * part)];
  say([at(0.5), at(0.99), at(1)].join(" "));
}

while (opened < count) {
  reached = Promise.withResolvers();
  wanted = Math.min(count, opened + AT_ONCE);
  for (let client = opened; client < wanted; client++) listen(client);
  await reached.promise;
}

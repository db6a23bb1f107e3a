/**
 * A host that a guest floods with frames, in a separate process: the test
 * runner drives the event loop in another way. Prints how many pieces of the
 * flood were read before each byte of a connection.
 */
import { GuestChannel } from "../host/guest_channel.ts";
import { Batch } from "../wire/batch.ts";
import { type Frame, FROM_GUEST, PROTOCOL_VERSION } from "../wire/frames.ts";
import { PipeLink, type Pipes } from "../wire/pipe_link.ts";
import { withLength } from "../wire/waiting_batches.ts";

/** Pipe that always has 64 KiB of frames. */
class Flood implements Pipes {
  /** Number of pieces that were read. */
  pieces = 0;
  readonly #piece = pieceOf(new Array(16_000).fill([FROM_GUEST.ended]));

  read(): Promise<Uint8Array> {
    const piece = this.pieces++ === 0
      ? pieceOf([[FROM_GUEST.hello, PROTOCOL_VERSION]])
      : this.#piece;
    return Promise.resolve(piece);
  }

  write() {}
  close() {}
}

function pieceOf(frames: readonly Frame[]): Uint8Array {
  const batch = new Batch();
  for (const frame of frames) batch.add(frame);
  return withLength(batch.take());
}

function floodedChannel(flood: Flood): GuestChannel {
  return new GuestChannel({
    link: new PipeLink(flood, 2 ** 20),
    credit: undefined,
    messageSize: 2 ** 20,
    check: () => {},
    keep: false,
    onFrame: () => {},
    receive: () => true,
    onError: (error) => {
      throw error;
    },
  });
}

using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
const accepting = listener.accept();
using near = await Deno.connect({ hostname: "127.0.0.1", port });
using far = await accepting;
const flood = new Flood();
const channel = floodedChannel(flood);
await channel.hello.promise;
const counts: number[] = [];
for (let i = 0; i < 20; i++) {
  const reading = near.read(new Uint8Array(1));
  const before = flood.pieces;
  await far.write(Uint8Array.of(i));
  await reading;
  counts.push(flood.pieces - before);
}
channel.close(new Error("the test is done"));
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify(counts));

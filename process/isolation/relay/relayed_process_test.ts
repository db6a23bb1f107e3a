import assert from "node:assert/strict";
import type { GuestProcess } from "../host/guest_process.ts";
import { FROM_RELAY, RelayReader, RelayWriter } from "./relay_frames.ts";
import { relayProcess } from "./relayed_process.ts";

/**
 * A connection whose host says nothing, and reads a piece whenever `reads` is
 * called.
 */
function slowHost() {
  const said = Promise.withResolvers<null>();
  const waiting: (() => void)[] = [];
  const received: Uint8Array[] = [];
  return {
    received,
    leave: () => said.resolve(null),
    reads: () => waiting.shift()?.(),
    read: () => said.promise,
    write(bytes: Uint8Array) {
      received.push(bytes.slice());
      return new Promise<number>((resolve) =>
        waiting.push(() => resolve(bytes.length))
      );
    },
  };
}

/**
 * A guest that sends without end until it is killed; counts what it has sent.
 */
function flood() {
  const ended = Promise.withResolvers<string>();
  let killed = false;
  const count = { sent: 0 };
  const guest: GuestProcess = {
    jail: "bubblewrap",
    ended: ended.promise,
    pipes: {
      read() {
        if (!killed) count.sent++;
        return Promise.resolve(killed ? null : new Uint8Array(10));
      },
      write() {},
      close() {},
    },
    kill() {
      killed = true;
      ended.resolve("it was ended by SIGKILL");
      return Promise.resolve();
    },
  };
  return { guest, count };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("a host that does not read delays its guest, and the relay keeps nothing", async () => {
  const host = slowHost();
  const { guest, count } = flood();
  const relaying = relayProcess(host, () => guest);
  for (let i = 0; i < 4; i++) { // that it was started, and three pieces
    await turn();
    host.reads();
  }
  await turn();
  assert.equal(count.sent, 4, "one more than the host has read");
  host.leave();
  for (let i = 0; i < 9; i++) {
    await turn();
    host.reads();
  }
  await relaying;
  assert.equal(host.received.at(-1)![0], FROM_RELAY.ended);
});

Deno.test("frames arrive unchanged, however their bytes are split on the way", async () => {
  let bytes = new Uint8Array(0);
  const writer = new RelayWriter({
    write(more) {
      const taken = more.subarray(0, 7);
      bytes = Uint8Array.of(...bytes, ...taken);
      return Promise.resolve(taken.length);
    },
  });
  await Promise.all([
    writer.write(FROM_RELAY.started, ""),
    writer.write(FROM_RELAY.data, Uint8Array.of(1, 2, 3)),
    writer.write(FROM_RELAY.ended, "it exited 0"),
  ]);
  let at = 0;
  const reader = new RelayReader({
    read(into) {
      if (at === bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + Math.min(3, into.length));
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
  });
  const read: [number, string][] = [];
  for (let frame = await reader.next(); frame; frame = await reader.next()) {
    read.push([frame.kind, String(frame.bytes)]);
  }
  assert.deepEqual(read, [
    [FROM_RELAY.started, ""],
    [FROM_RELAY.data, "1,2,3"],
    [FROM_RELAY.ended, String(new TextEncoder().encode("it exited 0"))],
  ]);
});

import { defineModule } from "@caryatid/sdk";
import { writeSync } from "node:fs";
import { z } from "zod";
import { withLength } from "../../wire/waiting_batches.ts";
import { FLOODS } from "../floods.ts";

/** Writes to its host past the bridge, which is possible only in a process. */
export default defineModule({
  name: "hostile",
  config: z.object({ way: z.string() }),
  init(context, { way }) {
    context.handle("attack", () => {
      attacks[way]?.();
      FLOODS[way]?.({
        bridge: send,
        raw: (bytes) => write(1, bytes),
        stderr: (bytes) => write(2, bytes),
      });
      return null;
    });
  },
});

const attacks: Record<string, () => void> = {
  "no frame": () => send(new Uint8Array([0xff, 0xff, 0xff])),
  "an unknown kind": () => send(new Uint8Array([0x81, 0x18, 0x63])),
  "an unknown id": () => send(new Uint8Array([0x82, 0x08, 0x19, 0x27, 0x0f])),
  "a second hello": () => send(new Uint8Array([0x82, 0x01, 0x01])),
  "a huge length": () => writeSync(1, new Uint8Array([0xff, 0xff, 0xff, 0xff])),
  "a flood": () => {
    // Publishes of 60,000 bytes each, up to the credit of 1 MiB.
    const frame = new Uint8Array(60_020);
    frame.set([0x85, 2, 0, 0x61, 0x78, 0xf6, 0x59, 0xea, 0x60]);
    for (let i = 0; i < 2_000; i++) send(frame.slice(0, 60_009));
  },
  "what it never reads": () => {
    // 65,536 deliveries of "y", of which it reads none; it gives signs of life.
    send(new Uint8Array([0x84, 4, 0x19, 0x27, 0x0f, 0x61, 0x79, 0xa0]));
    const demand = [0x85, 5, 0x19, 0x27, 0x0f, 0x1a, 0, 1, 0, 0];
    send(new Uint8Array([...demand, 1, 0]));
    for (const end = Date.now() + 3_000; Date.now() < end;) {
      send(new Uint8Array([0x83, 17, 0, 0]));
      for (const now = Date.now(); Date.now() < now + 100;);
    }
  },
};

function send(batch: Uint8Array): void {
  write(1, withLength(batch));
}

function write(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(file, bytes.subarray(at));
  }
}

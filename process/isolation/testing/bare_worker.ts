/**
 * Worker like a guest that has escaped the restrictions of its first code: it
 * can post messages, close itself and use `Deno`. It makes requested attacks.
 */
import { defineModule } from "@caryatid/sdk";
import { GuestRuntime } from "../guest/guest_runtime.ts";
import { type Port, PortLink } from "../wire/port_link.ts";

const self = globalThis as unknown as Port & { close(): void };
const post = self.postMessage.bind(self);

/** A publish of 60,000 bytes. */
function publish(): Uint8Array {
  const frame = new Uint8Array(60_009);
  frame.set([0x85, 2, 0, 0x61, 0x78, 0xf6, 0x59, 0xea, 0x60]);
  return frame;
}

const attacks: Record<string, () => void> = {
  "a text": () => post("mine"),
  "nothing": () => post(undefined),
  "a port": () => {
    const { port1 } = new MessageChannel();
    post(port1, [port1 as unknown as Transferable]);
  },
  "shared memory": () => post(new Uint8Array(new SharedArrayBuffer(8))),
  "no frame": () => post(new Uint8Array([0xff, 0xff, 0xff])),
  "a frame cut short": () => post(new Uint8Array([0x82, 0x08])),
  "an unknown kind": () => post(new Uint8Array([0x81, 0x18, 0x63])),
  "an unknown id": () => post(new Uint8Array([0x82, 0x08, 0x19, 0x27, 0x0f])),
  "a second hello": () => post(new Uint8Array([0x82, 0x01, 0x01])),
  // A publish whose message says that it has 2^62 bytes.
  "a huge length": () =>
    post(
      new Uint8Array([
        ...[0x85, 2, 0, 0x61, 0x78, 0xf6],
        ...[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0],
      ]),
    ),
  "a huge frame": () => post(new Uint8Array(2 ** 26)),
  "a flood": () => {
    for (let i = 0; i < 2_000; i++) post(publish());
  },
  "an end by self.close": () => self.close(),
  "an end by Deno.exit": () => Deno.exit(3),
};

new GuestRuntime({
  link: new PortLink(self),
  load: () =>
    Promise.resolve({
      default: defineModule({
        name: "bare",
        init(context) {
          context.handle("attack", ({ message }) => {
            attacks[message as string]!();
            return null;
          });
        },
      }),
    }),
  inspect: Deno.inspect,
  memory: () => 0,
  cpu: () => 0,
  onHostGone: () => {},
}).start();

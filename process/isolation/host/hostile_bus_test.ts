import type { CaryatidError, MessageBus } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { DEFAULT_LIMITS } from "../../config/module_limits.ts";
import { Batch } from "../batch.ts";
import {
  type Frame,
  FROM_GUEST,
  FROM_HOST,
  PROTOCOL_VERSION,
} from "../frames.ts";
import { readFrames } from "../read_frames.ts";
import { grants } from "../testing/some_grants.ts";
import type { GuestSpawner } from "./guest_spawner.ts";
import { isolatedBus } from "./isolated_bus.ts";

const ABILITIES = {
  external: true,
  durable: false,
  exactlyOnce: true,
  backPressure: "publisher",
};

/** A guest that says what a test wants, and does as it should until then. */
class PretendedGuest {
  killed = false;
  #receive!: (batch: Uint8Array) => void;

  readonly spawner: GuestSpawner = {
    isolation: "worker",
    spawn: () =>
      Promise.resolve({
        link: {
          send: (batch) => readFrames(batch, ([kind]) => this.#hear(kind)),
          listen: (receive) => {
            this.#receive = receive;
            queueMicrotask(() =>
              this.say([FROM_GUEST.hello, PROTOCOL_VERSION])
            );
          },
          close: () => {},
        },
        ended: new Promise(() => {}),
        memory: () => undefined,
        kill: () => {
          this.killed = true;
          return Promise.resolve();
        },
      }),
  };

  say(frame: Frame): void {
    const batch = new Batch();
    batch.add(frame);
    this.#receive(batch.take());
  }

  #hear(kind: unknown): void {
    if (kind === FROM_HOST.load) {
      this.say([FROM_GUEST.loaded, null, "strange", "", "message-bus"]);
    } else if (kind === FROM_HOST.check) {
      this.say([FROM_GUEST.checked, null, null, ABILITIES, {}]);
    } else if (kind === FROM_HOST.init) this.say([FROM_GUEST.ready, null]);
  }
}

async function openBus(
  guest: PretendedGuest,
): Promise<{ bus: MessageBus; ended: Promise<unknown> }> {
  const ended = Promise.withResolvers<unknown>();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const definition = await isolatedBus({
    id: "strange",
    specifier: "npm:strange",
    spawner: guest.spawner,
    grants: grants({}),
    limits: DEFAULT_LIMITS,
    log,
    keep: false,
  }, ended.resolve);
  await definition.config!["~standard"].validate({});
  const bus = definition.create({ id: "strange", log }, {});
  await bus.open();
  return { bus, ended: ended.promise };
}

const DELIVERY = ["a", "id", null, 0, false, "message"];

const frames: [what: string, frame: Frame][] = [
  ["delivers what nobody wants", [FROM_HOST.deliver, 0, 0, ...DELIVERY]],
  ["delivers nothing", [FROM_HOST.deliver, 0, 0]],
  ["says what only a module says", [FROM_GUEST.publish, 1, "a", null, 1]],
  ["says nothing that anybody knows", [99]],
];

for (const [what, frame] of frames) {
  Deno.test(`D14 a bus that ${what} is ended: what waits rejects, loops end, nothing hangs`, async () => {
    const guest = new PretendedGuest();
    const { bus, ended } = await openBus(guest);
    const subscription = bus.subscribe("#");
    subscription.ready.catch(() => {});
    const publishing = assert.rejects(bus.publish("a", 1), {
      code: "PROTOCOL_VIOLATION",
    });
    guest.say(frame);
    const { code } = await ended as CaryatidError;
    assert.equal(code, "PROTOCOL_VIOLATION");
    await publishing;
    for await (const _ of subscription) assert.fail("it hears something");
    assert.equal(guest.killed, true);
    await assert.rejects(bus.publish("a", 2), { code: "BUS_CLOSED" });
    await bus.close();
  });
}

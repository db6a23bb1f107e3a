import type { CaryatidError, MessageBus } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { type Frame, FROM_GUEST, FROM_HOST } from "../wire/frames.ts";
import { ScriptedGuest } from "../testing/scripted_guest.ts";
import { isolatedBus } from "./isolated_bus.ts";

async function openBus(
  guest: ScriptedGuest,
): Promise<{ bus: MessageBus; ended: Promise<unknown> }> {
  const ended = Promise.withResolvers<unknown>();
  const { options } = guest;
  const definition = await isolatedBus(options, ended.resolve);
  await definition.config!["~standard"].validate({});
  const bus = definition.create({ id: "strange", log: options.log }, {});
  await bus.open();
  return { bus, ended: ended.promise };
}

const DELIVERY = ["a", "id", null, 0, false, "message"];

const frames: [what: string, frame: Frame][] = [
  ["delivers without a demand", [FROM_HOST.deliver, 0, 0, ...DELIVERY]],
  ["delivers nothing", [FROM_HOST.deliver, 0, 0]],
  ["says what only a module says", [FROM_GUEST.publish, 1, "a", null, 1]],
  ["says nothing that anybody knows", [99]],
];

for (const [what, frame] of frames) {
  Deno.test(`D14 a bus that ${what} is ended: waiting calls reject, loops end, nothing hangs`, async () => {
    const guest = new ScriptedGuest("message-bus");
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
    for await (const _ of subscription) assert.fail("it receives something");
    assert.equal(guest.killed, true);
    await assert.rejects(bus.publish("a", 2), { code: "BUS_CLOSED" });
    await bus.close();
  });
}

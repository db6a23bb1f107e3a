import type { MessageBus } from "@caryatid/sdk";
import { FROM_GUEST, FROM_HOST, MESSAGE_SIZE } from "../wire/frames.ts";
import { BusServer } from "../wire/server/bus_server.ts";
import type { Link } from "../wire/link.ts";
import { Outbox } from "../wire/outbox.ts";
import { readFrames } from "../wire/frame_reader.ts";
import { checkModuleFrame } from "../wire/frame_schema.ts";

/**
 * Offers `bus` to the guest at the other end of `link`, as a host does, without
 * limits for the guest.
 */
export function serveBus(link: Link, bus: MessageBus): void {
  const outbox = new Outbox(link);
  const relay = new BusServer({ bus, outbox, messageSize: MESSAGE_SIZE });
  link.listen(
    (batch) =>
      readFrames(batch, (items, bytes) => {
        relay.owe(bytes);
        if (items[0] === FROM_GUEST.hello) {
          outbox.add([FROM_HOST.welcome, bus.abilities, MESSAGE_SIZE, false]);
        } else {
          checkModuleFrame(items);
          relay.receive(items, bytes);
        }
      }),
    (error) => relay.abandon(error),
  );
}

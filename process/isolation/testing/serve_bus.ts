import type { MessageBus } from "@caryatid/sdk";
import { FROM_GUEST, FROM_HOST, MESSAGE_SIZE } from "../frames.ts";
import { BusRelay } from "../host/bus_relay.ts";
import type { Link } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { readFrames } from "../read_frames.ts";

/** Offers `bus` to the guest at the other end of `link`: the host's part, without any watch over the guest. */
export function serveBus(link: Link, bus: MessageBus): void {
  const outbox = new Outbox(link);
  const relay = new BusRelay({ bus, outbox, messageSize: MESSAGE_SIZE });
  link.listen(
    (batch) =>
      readFrames(batch, (items, bytes) => {
        relay.owe(bytes);
        if (items[0] === FROM_GUEST.hello) {
          outbox.add([FROM_HOST.welcome, bus.abilities, MESSAGE_SIZE, false]);
        } else {
          relay.receive(items, bytes);
        }
      }),
    (error) => relay.abandon(error),
  );
}

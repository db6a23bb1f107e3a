import { FROM_GUEST, FROM_HOST, PROTOCOL_VERSION, WINDOW } from "../frames.ts";
import type { Link } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { readFrames } from "../read_frames.ts";
import { BridgeBus, type BridgeBusOptions } from "./bridge_bus.ts";

/** A guest's end of a link. */
export interface Connection {
  readonly bus: BridgeBus;
  readonly outbox: Outbox;
}

/**
 * Says hello to the host at the other end of `link`, and gives the bus that it offers. Frames that aren't for a bus go to `other`.
 */
export function connect(
  link: Link,
  other: (items: readonly unknown[], connection: Connection) => void = () => {},
): Promise<Connection> {
  const outbox = new Outbox(link, WINDOW);
  const connected = Promise.withResolvers<Connection>();
  let connection: Connection | undefined;
  const receive = (items: readonly unknown[]) => {
    if (items[0] === FROM_HOST.ping) return outbox.hurry([FROM_GUEST.pong]);
    if (connection === undefined) {
      connection = { outbox, bus: welcomedBus(outbox, items) };
      connected.resolve(connection);
    } else if (!connection.bus.receive(items)) {
      other(items, connection);
    }
  };
  link.listen(
    (batch) => readFrames(batch, receive),
    (error) => connected.reject(error ?? new Error("the host is gone")),
  );
  outbox.add([FROM_GUEST.hello, PROTOCOL_VERSION]);
  return connected.promise;
}

function welcomedBus(outbox: Outbox, items: readonly unknown[]): BridgeBus {
  if (items[0] !== FROM_HOST.welcome) {
    throw new Error(`Wanted a welcome, got a frame of kind ${items[0]}`);
  }
  const [, abilities, messageSize, keep] = items;
  return new BridgeBus({
    outbox,
    abilities: abilities as BridgeBusOptions["abilities"],
    messageSize: messageSize as number,
    keep: keep as boolean,
  });
}

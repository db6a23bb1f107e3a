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

/** What {@linkcode connect} may be given. */
export interface ConnectOptions {
  /** Bytes that the guest takes: the host asks now and then. */
  readonly memory?: () => number;
  /** Gets the frames that aren't for a bus. */
  readonly other?: (items: readonly unknown[], connection: Connection) => void;
  /** Called when the other end is gone. */
  readonly onEnd?: () => void;
}

/** Says hello to the host at the other end of `link`, and gives the bus that it offers. */
export function connect(
  link: Link,
  { memory = () => 0, other, onEnd }: ConnectOptions = {},
): Promise<Connection> {
  const outbox = new Outbox(link, WINDOW);
  const connected = Promise.withResolvers<Connection>();
  let connection: Connection | undefined;
  const receive = (items: readonly unknown[]) => {
    if (items[0] === FROM_HOST.ping) {
      outbox.hurry([FROM_GUEST.pong, memory()]);
      outbox.touch();
    } else if (connection === undefined) {
      connection = { outbox, bus: welcomedBus(outbox, items) };
      connected.resolve(connection);
    } else if (!connection.bus.receive(items)) {
      other?.(items, connection);
    }
  };
  link.listen(
    (batch) => readFrames(batch, receive),
    () => onEnd?.(),
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

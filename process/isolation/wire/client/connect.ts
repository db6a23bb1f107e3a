import { CaryatidError } from "@caryatid/sdk";
import { FROM_GUEST, FROM_HOST, PROTOCOL_VERSION, WINDOW } from "../frames.ts";
import type { Link } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { readFrames } from "../frame_reader.ts";
import { BridgeBus, type BridgeBusOptions } from "./bridge_bus.ts";

/** The guest's end of a link. */
export interface Connection {
  readonly bus: BridgeBus;
  readonly outbox: Outbox;
  /** Maximum size of a message, in bytes. */
  readonly messageSize: number;
}

/** Options of {@linkcode connect}. */
export interface ConnectOptions {
  /** Returns the memory of the guest in bytes, for signs of life. */
  readonly memory?: () => number;
  /** Returns the processor time that the guest has used, in milliseconds. */
  readonly cpu?: () => number;
  /** Called with frames that are not for a bus. */
  readonly other?: (
    items: readonly unknown[],
    connection: Connection,
    bytes: number,
  ) => void;
  /** Called when the connection to the host has ended. */
  readonly onEnd?: () => void;
}

/** Sends the hello to the host. Resolves with the bus that the host offers. */
export function connect(
  link: Link,
  { memory = () => 0, cpu = () => 0, other, onEnd }: ConnectOptions = {},
): Promise<Connection> {
  const outbox = new Outbox(link, WINDOW);
  const connected = Promise.withResolvers<Connection>();
  let connection: Connection | undefined;
  const receive = (items: readonly unknown[], bytes: number) => {
    if (items[0] === FROM_HOST.ping) {
      outbox.hurry([FROM_GUEST.pong, memory(), cpu()]);
      outbox.touch();
    } else if (connection === undefined) {
      connection = {
        outbox,
        bus: welcomedBus(outbox, items),
        messageSize: items[2] as number,
      };
      connected.resolve(connection);
    } else if (!connection.bus.receive(items)) {
      other?.(items, connection, bytes);
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
    throw new CaryatidError(
      "PROTOCOL_VIOLATION",
      `Cannot connect: found a frame of kind ${items[0]}; expected a welcome`,
    );
  }
  const [, abilities, messageSize, keep] = items;
  return new BridgeBus({
    outbox,
    abilities: abilities as BridgeBusOptions["abilities"],
    messageSize: messageSize as number,
    keep: keep as boolean,
  });
}

import { InMemoryBus, RoutingBus } from "@caryatid/process";
import type { MessageBus } from "@caryatid/sdk";
import {
  busConformance,
  type ConformanceFeatures,
} from "@caryatid/sdk/testing";
import { openBus } from "../open_bus.ts";
import { withBroker } from "../shared_broker.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

/** Reason why a last message does not prove some properties on this bus. */
const OVERTAKEN = "messages in memory overtake those over RabbitMQ";

/**
 * Opens buses on the exchange of an earlier one, as another process would.
 */
class Medium {
  readonly #open: (exchange: string) => Promise<MessageBus>;
  readonly #exchanges = new WeakMap<MessageBus, string>();
  readonly #fresh: () => string;

  constructor(
    open: (exchange: string) => Promise<MessageBus>,
    fresh: () => string,
  ) {
    this.#open = open;
    this.#fresh = fresh;
  }

  async open(exchange = this.#fresh()): Promise<MessageBus> {
    const bus = await this.#open(exchange);
    this.#exchanges.set(bus, exchange);
    return bus;
  }

  peer(bus: MessageBus): Promise<MessageBus> {
    return this.open(this.#exchanges.get(bus)!);
  }
}

function conformance(
  name: string,
  open: (url: string, exchange: string) => Promise<MessageBus>,
  features: ConformanceFeatures = {},
): void {
  withBroker(`${name} keeps the bus contract`, (broker) => {
    const medium = new Medium(
      (exchange) => open(broker().url, exchange),
      () => broker().exchange,
    );
    busConformance(name, () => medium.open(), {
      scale,
      peer: (bus) => medium.peer(bus),
      ...features,
    });
  });
}

async function routed(
  routes: readonly (readonly [pattern: string, ...buses: string[]])[],
  url: string,
  exchange: string,
): Promise<MessageBus> {
  const rabbit = await openBus({ url, exchange });
  return new RoutingBus(
    routes.map(([pattern, ...buses]) => ({ pattern, buses })),
    new Map<string, MessageBus>([["memory", new InMemoryBus()], [
      "rabbit",
      rabbit,
    ]]),
  );
}

conformance(
  "The RabbitMQ bus, between two processes",
  (url, exchange) => openBus({ url, exchange }),
);

conformance(
  "Routing to RabbitMQ and a bus in memory",
  (url, exchange) =>
    routed([["local.#", "memory"], ["#", "rabbit"]], url, exchange),
);

conformance(
  "A route to memory and RabbitMQ at once",
  (url, exchange) => routed([["#", "memory", "rabbit"]], url, exchange),
  {
    skip: {
      "A18 a message over the limit is MESSAGE_TOO_LARGE, messages around it arrive":
        "memory takes it, whatever its size",
      "A17 close of a bus delivers or rejects each of 10,000 publishes in flight":
        OVERTAKEN,
      'B11 a subscriber of "#" receives a request on <topic>._request.<id> and no answer':
        OVERTAKEN,
    },
  },
);

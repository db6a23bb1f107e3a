import { InMemoryBus, RoutingBus } from "@caryatid/process";
import type { MessageBus } from "@caryatid/sdk";
import {
  busConformance,
  type ConformanceFeatures,
} from "@caryatid/sdk/testing";
import { openBus } from "../broker/open_bus.ts";
import { withBroker } from "../broker/shared_broker.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

/** Why some properties can't be shown by a last message there. */
const OVERTAKEN = "what comes by memory overtakes what comes by RabbitMQ";

/** Opens buses on the same exchange as an earlier one: what another process would do. */
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
  "Routing to RabbitMQ, beside a bus in memory",
  (url, exchange) =>
    routed([["local.#", "memory"], ["#", "rabbit"]], url, exchange),
);

conformance(
  "A route to memory and RabbitMQ at once",
  (url, exchange) => routed([["#", "memory", "rabbit"]], url, exchange),
  {
    skip: {
      "A18 a message over the limit is MESSAGE_TOO_LARGE, its neighbours arrive":
        "memory takes it, whatever its size",
      "A17 10,000 publishes in flight at the close: each is rejected or delivered":
        OVERTAKEN,
      'B11 "#" hears a request on <topic>._request.<id>, and no answer':
        OVERTAKEN,
    },
  },
);

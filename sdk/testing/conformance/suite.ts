import type { BusAbilities, MessageBus } from "../../mod.ts";
import { accepting } from "./accepting.ts";
import { choosing } from "./choosing.ts";
import { closing } from "./closing.ts";
import { copies } from "./copies.ts";
import { delivery } from "./delivery.ts";
import type { ConformanceFeatures } from "./features.ts";
import { groups } from "./groups.ts";
import { handingOn } from "./handing_on.ts";
import { handlers } from "./handlers.ts";
import { independence } from "./independence.ts";
import { leaving } from "./leaving.ts";
import { overflow } from "./overflow.ts";
import { patterns } from "./patterns.ts";
import type { Property } from "./property.ts";
import { registerTest, type Step } from "./register.ts";
import { requestDeadlines } from "./request_deadlines.ts";
import { requestFailures } from "./request_failures.ts";
import { requestTopics } from "./request_topics.ts";
import { requests } from "./requests.ts";
import { unfinished } from "./unfinished.ts";
import { retries } from "./retries.ts";
import { scale } from "./scale.ts";
import { topics } from "./topics.ts";
import { Trial } from "./trial.ts";
import { withoutUnhandled } from "./unhandled.ts";
import { within } from "./within.ts";

/** No property takes as long; one that does hangs. Milliseconds, at scale 1. */
const PROPERTY_DEADLINE = 60_000;

const PROPERTIES: readonly Property[] = [
  ...[...delivery, ...copies, ...groups, ...handingOn, ...unfinished],
  ...[...topics, ...choosing, ...accepting],
  ...[
    ...patterns,
    ...overflow,
    ...independence,
    ...leaving,
    ...closing,
    ...scale,
  ],
  ...[...requests, ...handlers, ...requestFailures, ...requestDeadlines],
  ...[...retries, ...requestTopics],
].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));

/**
 * Registers a test that checks what every bus promises: a bus's own test file is one call of this.
 *
 * Each property of the contract is a step with a fresh bus from `open` and its own topics. A property that a bus's abilities or
 * `features` rule out is skipped, and the step's name says why. What leaks and is still there at the end fails the test, whatever
 * the configuration says; `--trace-leaks` tells where it was made. Elsewhere than on Deno it is a test of `node:test`, which looks
 * for no leaks.
 *
 * @example
 * ```ts ignore
 * import { busConformance } from "@caryatid/sdk/testing";
 * import type { MessageBus } from "@caryatid/sdk";
 *
 * declare function openMyBus(): Promise<MessageBus>;
 *
 * busConformance("my bus", openMyBus, { scale: 0.1 });
 * ```
 */
export function busConformance(
  name: string,
  open: () => Promise<MessageBus>,
  features: ConformanceFeatures = {},
): void {
  registerTest(`${name} keeps the bus contract`, async () => {
    const abilities = await abilitiesOf(open);
    return PROPERTIES.map((property) =>
      step(property, abilities, open, features)
    );
  });
}

function step(
  property: Property,
  abilities: BusAbilities,
  open: () => Promise<MessageBus>,
  features: ConformanceFeatures,
): Step {
  const name = `${property.id} ${property.says}`;
  const reason = features.skip?.[property.id] ?? features.skip?.[name] ??
    property.needs?.(abilities, features);
  return {
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    skipped: reason,
    run: () => withoutUnhandled(() => check(property, open, features)),
  };
}

function abilitiesOf(open: () => Promise<MessageBus>): Promise<BusAbilities> {
  return withBus(open, (bus) => Promise.resolve(bus.abilities));
}

function check(
  property: Property,
  open: () => Promise<MessageBus>,
  features: ConformanceFeatures,
): Promise<void> {
  const { peer, scale = 1 } = features;
  const checkBoth = (bus: MessageBus, other: MessageBus) =>
    within(
      property.check(new Trial(bus, other, features)),
      "the whole check",
      PROPERTY_DEADLINE * Math.max(1, scale),
    );
  return withBus(
    open,
    (bus) =>
      peer
        ? withBus(() => peer(bus), (other) => checkBoth(bus, other))
        : checkBoth(bus, bus),
  );
}

/** By hand: Node 22, where this file must load, has no `using`. */
async function withBus<T>(
  open: () => Promise<MessageBus>,
  use: (bus: MessageBus) => Promise<T>,
): Promise<T> {
  const bus = await within(open(), "the bus to open");
  let outcome: T;
  try {
    outcome = await use(bus);
  } catch (error) {
    // The first failure says more than what follows from it.
    await within(bus.close(), "the bus to close").catch(() => {});
    throw error;
  }
  await within(bus.close(), "the bus to close");
  return outcome;
}

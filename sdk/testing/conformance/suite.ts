import process from "node:process";
import { inspect } from "node:util";
import type { BusAbilities, MessageBus } from "../../mod.ts";
import { turn, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { SECTIONS } from "./sections.ts";
import { type ConformanceFeatures, Trial } from "./trial.ts";

/** Timeout of one statement at scale 1, in milliseconds: a slower one hangs. */
const PROPERTY_DEADLINE = 300_000;

const PROPERTIES: readonly Property[] = SECTIONS
  .flatMap(({ files }) => files.flatMap(({ properties }) => properties))
  .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));

/** One step of a test. */
interface Step {
  readonly name: string;
  /** Reason to skip the step, which its name contains, too. */
  readonly skipped: string | undefined;
  run(): Promise<void>;
}

/**
 * Registers a test of the contract of all buses. The test file of a bus is one
 * call of this function.
 *
 * Each statement is a step with a new bus from `open` and separate topics. A
 * statement that does not apply to the abilities of the bus, or is excluded by
 * `features`, is skipped with the reason in the name of the step. A leak fails
 * the test, whatever the configuration is; `--trace-leaks` shows its origin. On
 * other runtimes than Deno the test uses `node:test`, which finds no leaks.
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
  const name = `${property.id} ${property.title}`;
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

/**
 * Calls `use` with a bus, and closes it. Node 22, which loads this file, has no
 * `using`.
 */
async function withBus<T>(
  open: () => Promise<MessageBus>,
  use: (bus: MessageBus) => Promise<T>,
): Promise<T> {
  const bus = await within(open(), "the bus to open");
  let outcome: T;
  try {
    outcome = await use(bus);
  } catch (error) {
    // The first failure is the cause of later ones.
    await within(bus.close(), "the bus to close").catch(() => {});
    throw error;
  }
  await within(bus.close(), "the bus to close");
  return outcome;
}

/**
 * Registers a test whose steps run independently of failures: with Deno, which
 * also finds leaks, or with `node:test`.
 */
function registerTest(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  if ("Deno" in globalThis) registerWithDeno(name, steps);
  else registerWithNode(name, steps);
}

function registerWithDeno(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    async fn(t) {
      for (const { name, skipped, run } of await steps()) {
        await t.step({ name, ignore: skipped !== undefined, fn: run });
      }
    },
  });
}

function registerWithNode(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  // Not a static import: on Deno, loading the module registers its tests.
  const { test } = process.getBuiltinModule("node:test");
  test(name, async (t) => {
    for (const { name, skipped, run } of await steps()) {
      await t.test(name, { skip: skipped !== undefined }, run);
    }
  });
}

/**
 * Runs `check`, and rejects if a rejection meanwhile is unhandled, which would
 * end the process of a user.
 */
async function withoutUnhandled(
  check: () => Promise<void>,
): Promise<void> {
  // node:test reports unhandled rejections itself
  if (!("Deno" in globalThis)) return await check();
  let first: { readonly reason: unknown } | undefined;
  const notice = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    first ??= { reason: event.reason };
  };
  globalThis.addEventListener("unhandledrejection", notice);
  try {
    await check();
    await turn(); // unhandled rejections are reported once per turn
  } finally {
    globalThis.removeEventListener("unhandledrejection", notice);
  }
  if (first === undefined) return;
  // fails the test, whose runner needs no code
  throw new Error(`A rejection is unhandled: ${inspect(first.reason)}`, {
    cause: first.reason,
  });
}

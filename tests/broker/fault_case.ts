import { PrivateBroker } from "./private_broker.ts";
import type { PrivateBrokerOptions } from "./private_broker_options.ts";

/** A test of faults: it gets a broker that it may kill. */
export type FaultTest = (
  broker: PrivateBroker,
  t: Deno.TestContext,
) => void | Promise<void>;

/**
 * Registers a test with a separate private broker, which is ended afterwards.
 *
 * If no private broker is available, the test is ignored and its name contains
 * the reason.
 */
export function faultTest(
  name: string,
  fn: FaultTest,
  options: PrivateBrokerOptions = {},
): void {
  const reason = PrivateBroker.unavailable(options);
  if (reason !== undefined) {
    Deno.test.ignore(`${name} (skipped: ${reason})`, () => {});
    return;
  }
  Deno.test(name, async (t) => {
    await using broker = await PrivateBroker.start(options);
    await fn(broker, t);
  });
}

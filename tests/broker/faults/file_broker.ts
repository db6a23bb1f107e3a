import type { FaultTest } from "../fault_case.ts";
import { PrivateBroker } from "../private_broker.ts";
import type { PrivateBrokerOptions } from "../private_broker_options.ts";

/**
 * Registers the tests of a file on one private broker, which takes seconds to
 * start. A test restores what it changes.
 *
 * If no private broker is available, the tests are ignored and their names
 * contain the reason.
 */
export function fileBroker(
  options: PrivateBrokerOptions = {},
): (name: string, fn: FaultTest) => void {
  const reason = PrivateBroker.unavailable(options);
  if (reason !== undefined) {
    return (name) => Deno.test.ignore(`${name} (skipped: ${reason})`, () => {});
  }
  let broker: PrivateBroker;
  Deno.test.beforeAll(async () => {
    broker = await PrivateBroker.start(options);
  });
  Deno.test.afterAll(() => broker?.[Symbol.asyncDispose]());
  return (name, fn) => Deno.test(name, (t) => fn(broker, t));
}

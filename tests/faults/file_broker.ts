import type { FaultTest } from "../broker/fault_case.ts";
import { PrivateBroker } from "../broker/private_broker.ts";
import type { PrivateBrokerOptions } from "../broker/private_broker_options.ts";

/**
 * Registers the tests of a file on one private broker, which takes seconds to start. A test leaves it as it found it.
 *
 * Where none can be had the tests are ignored, and their names say why.
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

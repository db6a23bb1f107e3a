import { type TestBroker, withBroker } from "../broker/shared_broker.ts";

/** True in CI, where a skipped test is a failure. */
const required = Deno.env.get("CARYATID_REQUIRE_INTEROP") === "1";

/**
 * Calls `register` to register the test `name`. If `reason` is set, the test
 * cannot run: it is ignored, and its name contains the reason; with
 * `CARYATID_REQUIRE_INTEROP=1` it fails.
 */
export function testUnless(
  reason: string | undefined,
  name: string,
  register: () => void,
): void {
  if (reason === undefined) register();
  else if (required) fail(name, reason);
  else Deno.test.ignore(`${name} (skipped: ${reason})`, () => {});
}

/**
 * Registers a test on a real broker, like {@linkcode testUnless}. The lack of a
 * broker is another reason not to run.
 */
export function brokerTestUnless(
  reason: string | undefined,
  name: string,
  fn: (broker: TestBroker) => Promise<void>,
): void {
  testUnless(reason, name, () => {
    let isRegistered = false;
    withBroker(name, (broker) => {
      isRegistered = true;
      Deno.test(name, () => fn(broker()));
    });
    if (!isRegistered && required) fail(name, "no broker is available");
  });
}

function fail(name: string, reason: string): void {
  Deno.test(name, () => {
    throw new Error(`Cannot test with the other language: ${reason}`);
  });
}

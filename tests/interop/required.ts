import { type TestBroker, withBroker } from "../broker/shared_broker.ts";

/** Set where a test that is skipped is a failure: in CI. */
const required = Deno.env.get("CARYATID_REQUIRE_INTEROP") === "1";

/**
 * Has `register` register a test of that name. Where `reason` says that it can't run, it is ignored and its name says why; with
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

/** Registers a test on a real broker; the same where it can't run, or there is no broker. */
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
    if (!isRegistered && required) fail(name, "there is no broker");
  });
}

function fail(name: string, reason: string): void {
  Deno.test(name, () => {
    throw new Error(`Cannot test with the other language: ${reason}`);
  });
}

import assert from "node:assert/strict";
import type { CaryatidError } from "@caryatid/sdk";
import { FaultProxy } from "../fault_proxy.ts";
import type { Address } from "../greeting.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { assertNoSecret } from "./secret.ts";

/**
 * Opens a bus that cannot connect, asserts that it does not retry, and returns
 * its error. A proxy counts the connections: `each` for each of the bus's two
 * links. The first link that fails cancels the other.
 */
export async function refusal(
  to: Address,
  url: (port: number) => string,
  settings: Record<string, unknown> = {},
  each = 1,
): Promise<CaryatidError> {
  await using proxy = await FaultProxy.to(to);
  const log = new LogWatch();
  const bus = newBus({ url: url(proxy.port), ...settings }, log);
  const error = await bus.open().then(
    () => assert.fail("it connected"),
    (error: CaryatidError) => error,
  );
  const { accepted } = proxy;
  assert(each <= accepted && accepted <= 2 * each, `${accepted} connections`);
  assert.doesNotMatch(log.lines.join("\n"), /next try/);
  await bus.close();
  assertNoSecret(error, log.lines, bus);
  return error;
}

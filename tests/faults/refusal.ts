import assert from "node:assert/strict";
import type { CaryatidError } from "@caryatid/sdk";
import { FaultProxy } from "../broker/fault_proxy.ts";
import type { Address } from "../broker/greeting.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { assertNoSecret } from "./secret.ts";

/**
 * What a bus says that cannot connect, and cannot hope to. It is asked through a proxy, which counts: `each` connections for each
 * of its two links, and the first one that fails ends the other.
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

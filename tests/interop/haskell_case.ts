import { build } from "../../examples/haskell/build.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { isInstalled } from "./peer_binary.ts";
import { brokerTestUnless } from "./required.ts";

/** Reason why the Haskell program is unavailable, or undefined. */
const reason = await haskellUnavailable();

/**
 * Registers a test that runs the program of examples/haskell on a real broker.
 * The program is built if necessary.
 *
 * If it cannot be built or no broker is available, the test is ignored and its
 * name contains the reason; with `CARYATID_REQUIRE_INTEROP=1` it fails.
 */
export function haskellTest(
  name: string,
  fn: (broker: TestBroker) => Promise<void>,
): void {
  brokerTestUnless(reason, name, fn);
}

async function haskellUnavailable(): Promise<string | undefined> {
  if (!isInstalled("ghc")) return "ghc is not installed";
  try {
    await build();
    return undefined;
  } catch {
    return "ghc cannot build examples/haskell: deno task example:haskell prints the reason";
  }
}

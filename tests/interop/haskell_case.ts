import { build } from "../../examples/haskell/build.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { isInstalled } from "./peer_binary.ts";
import { brokerTestUnless } from "./required.ts";

/** Why there is no Haskell program to test with, or nothing. */
const reason = await haskellUnavailable();

/**
 * Registers a test that runs the program of examples/haskell, which is built if need be, on a real broker.
 *
 * Where it can't be built or there is no broker it is ignored, and its name says why; with `CARYATID_REQUIRE_INTEROP=1` it fails.
 */
export function haskellTest(
  name: string,
  fn: (broker: TestBroker) => Promise<void>,
): void {
  brokerTestUnless(reason, name, fn);
}

async function haskellUnavailable(): Promise<string | undefined> {
  if (!isInstalled("ghc")) return "ghc isn't installed";
  try {
    await build();
    return undefined;
  } catch {
    return "ghc can't build examples/haskell: deno task example:haskell says why";
  }
}

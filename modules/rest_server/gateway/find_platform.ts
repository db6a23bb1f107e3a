import { denoPlatform } from "./deno_platform.ts";
import type { Platform } from "./platform.ts";

/** Returns the platform on which this program runs. */
export async function findPlatform(): Promise<Platform> {
  if ("Deno" in globalThis) return denoPlatform;
  const { nodePlatform } = await import("./node_platform.ts");
  return nodePlatform;
}

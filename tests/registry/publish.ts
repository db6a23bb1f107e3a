import { ROOT } from "../support/running_program.ts";
import type { JsrRegistry } from "./jsr_registry.ts";

/** Result of a `deno publish`. */
export interface Published {
  readonly code: number;
  /** All that it said. */
  readonly said: string;
}

/**
 * Publishes what is in a folder, which is a package or a workspace of several,
 * with a real `deno publish`.
 */
export async function publish(
  registry: JsrRegistry,
  folder: string = ROOT,
): Promise<Published> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "publish",
      "--token=x",
      "--no-provenance",
      // What is there is published, committed or not.
      "--allow-dirty",
    ],
    cwd: folder,
    env: { JSR_URL: registry.url, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

import { writeJsrWorkspace } from "../../.ci/jsr/workspace.ts";
import { ROOT } from "../support/running_program.ts";
import type { JsrRegistry } from "./jsr_registry.ts";

/** Result of a `deno publish`. */
export interface Published {
  readonly code: number;
  /** Output of the command. */
  readonly said: string;
}

/** Publishes the packages of this repository as a release does. */
export async function publishWorkspace(
  registry: JsrRegistry,
): Promise<Published> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_jsr_" });
  try {
    await writeJsrWorkspace(ROOT, folder);
    return await publish(registry, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Publishes a folder, which contains a package or a workspace, with a real
 * `deno publish`.
 */
export async function publish(
  registry: JsrRegistry,
  folder: string,
): Promise<Published> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "publish",
      "--token=x",
      "--no-provenance",
      // Publishes all files, committed or not.
      "--allow-dirty",
    ],
    cwd: folder,
    env: { JSR_URL: registry.url, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

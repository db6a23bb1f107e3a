import assert from "node:assert/strict";
import { VERSION } from "../../process/platform/version.ts";
import type { JsrRegistry } from "./jsr_registry.ts";
import { publish, type Published } from "./publish.ts";

/**
 * A third-party package: the text of each file by name. `deno.json` is added.
 */
export interface ThirdParty {
  readonly name: string;
  readonly version?: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Publishes a third-party package with a real `deno publish`, and returns the
 * result.
 */
export async function tryPublish(
  registry: JsrRegistry,
  { name, version = "1.0.0", files }: ThirdParty,
): Promise<Published> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_author_" });
  try {
    const config = { name, version, license: "MIT", exports: "./mod.ts" };
    const all = { "deno.json": JSON.stringify(config), ...files };
    for (const [path, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    return await publish(registry, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Publishes a valid third-party package. */
export async function publishPackage(
  registry: JsrRegistry,
  thirdParty: ThirdParty,
): Promise<void> {
  const { code, said } = await tryPublish(registry, thirdParty);
  assert.equal(code, 0, said);
}

/** Returns a package with a module that publishes "here" on `topic`. */
export function talkerPackage(name: string, topic: string): ThirdParty {
  return {
    name,
    files: {
      "mod.ts": `
        import { defineModule, type Module } from "jsr:@caryatid/sdk@^${VERSION}";

        /** Publishes "here". */
        export default defineModule({
          name: "talker",
          init(context) {
            context.run(() => context.publish("${topic}", "here"));
          },
        }) as Module;
      `,
    },
  };
}

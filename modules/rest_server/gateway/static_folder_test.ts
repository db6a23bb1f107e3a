import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { denoPlatform } from "./deno_platform.ts";
import { staticFiles } from "./static_files.ts";

/** Rejects with an error of the system. */
function refusing(name: string, code?: string): () => Promise<never> {
  const error = Object.assign(new Error("refused"), { name, code });
  return () => Promise.reject(error);
}

Deno.test("a folder that cannot be served is rejected with the remedy for its reason", async (t) => {
  const file = new URL(import.meta.url).pathname;
  const cases: Record<string, [string, () => Promise<string>, RegExp]> = {
    "a file": [
      file,
      () => Promise.resolve(file),
      /^Set `folder` to a folder\.$/,
    ],
    "a missing folder": [
      "/no/such/folder",
      () => denoPlatform.realPath("/no/such/folder"),
      /^Create the folder, or correct `folder`\.$/,
    ],
    "without the permission": [
      "/etc",
      refusing("NotCapable"),
      /^Run the process with --allow-read=\/etc, or grant/,
    ],
    "of another user": [
      "/root",
      refusing("PermissionDenied", "EACCES"),
      /^Let the user who runs the process read it\.$/,
    ],
  };
  for (const [name, [folder, realPath, hint]] of Object.entries(cases)) {
    await t.step(name, async () => {
      const platform = { ...denoPlatform, realPath };
      await assert.rejects(
        staticFiles({ folder, path: "/" }, platform, "escape"),
        (error: CaryatidError) => {
          assert.equal(error.code, "INVALID_CONFIG");
          assert(error.message.includes(`"${folder}"`), error.message);
          assert.match(error.hint!, hint);
          return true;
        },
      );
    });
  }
});

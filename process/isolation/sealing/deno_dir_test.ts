import assert from "node:assert/strict";
import { denoDirOf } from "./deno_dir.ts";

Deno.test("denoDirOf returns a path as URLs spell it", async () => {
  // The official image of Deno sets DENO_DIR with a slash at the end. URLs of
  // copied packages would differ from those that Deno resolves.
  for (const path of ["/deno-dir/", "//deno-dir", "/./deno-dir//"]) {
    assert.equal(await denoDirOf({ DENO_DIR: path }), "/deno-dir", path);
  }
});

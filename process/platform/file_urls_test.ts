import assert from "node:assert/strict";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { filePath, fileUrl } from "./file_urls.ts";

Deno.test("paths and URLs are converted into each other as Node does", async (t) => {
  const paths = [
    "caryatid.toml",
    "./a/../b.toml",
    "../up.toml",
    "/absolute/x.toml",
    "/with space/ü,#1?%20.toml",
    "/a%2Fb/100%.toml",
    "/a:b/[c].toml",
  ];
  for (const path of paths) {
    await t.step(path, () => {
      const url = fileUrl(path);
      assert.equal(filePath(url), fileURLToPath(pathToFileURL(resolve(path))));
    });
  }
});

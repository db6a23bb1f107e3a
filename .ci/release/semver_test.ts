import assert from "node:assert/strict";
import { compareVersions, isVersion } from "./semver.ts";

Deno.test("compareVersions orders versions by Semantic Versioning", () => {
  const ordered = [
    ...["0.9.10", "0.10.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"],
    ...["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"],
    ...["1.0.1", "1.2.0", "10.0.0"],
  ];
  for (const [at, version] of ordered.entries()) {
    for (const [other, text] of ordered.entries()) {
      assert.equal(
        Math.sign(compareVersions(version, text)),
        Math.sign(at - other),
        `${version} and ${text}`,
      );
    }
  }
});

Deno.test("isVersion refuses incomplete and prefixed versions", () => {
  for (
    const text of ["1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "latest", ""]
  ) {
    assert(!isVersion(text), text);
  }
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { integrityOf, isIntegrity } from "./integrity.ts";

const TEXT = "export default 1; // ü\n";

for (const kind of ["sha256", "sha384", "sha512"]) {
  Deno.test(`integrityOf() returns the hash that other tools compute: ${kind}`, async () => {
    const hash = createHash(kind).update(TEXT).digest("base64");
    const found = await integrityOf(TEXT, `${kind}-`);
    assert.equal(found, `${kind}-${hash}`);
    assert(isIntegrity(found));
  });
}

Deno.test("isIntegrity() refuses other kinds, other lengths and invalid base64", async () => {
  const good = await integrityOf(TEXT);
  for (
    const bad of [
      "",
      "sha256-",
      good.slice(0, -1),
      `${good}=`,
      `${good} `,
      good.replace("sha256", "sha512"),
      good.replace("sha256", "sha1"),
      good.replace("sha256", "md5"),
      good.replace("sha256", "SHA256"),
      good.replace("sha256-", ""),
      `sha256-${"_".repeat(43)}=`,
      `sha256-${"0".repeat(64)}`,
    ]
  ) {
    assert(!isIntegrity(bad), bad);
  }
});

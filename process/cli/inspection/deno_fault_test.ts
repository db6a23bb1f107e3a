import assert from "node:assert/strict";
import { denoFault } from "./deno_fault.ts";

const LOCK_HINT = "look at what has changed before you write the lock anew";

Deno.test("denoFault() says in a line what Deno says in many", async (t) => {
  const cases: [name: string, said: string, why: string, hint?: string][] = [
    [
      "a remote file that has changed",
      `error: Integrity check failed for remote specifier. The source code is invalid, as it does not match the expected hash in the lock file.

  Specifier: http://a/m.js
  Actual: daf5
  Expected: 0000

This could be caused by:
  * the lock file may be corrupt

Stack backtrace:
   0: <unknown>
`,
      "http://a/m.js is not what deno.lock says: found daf5, wanted 0000",
      LOCK_HINT,
    ],
    [
      "a package that has changed",
      `Download http://a/x
error: Integrity check failed for package: "npm:x@1.0.0". Unable to verify that the package
is the same as when the lockfile was generated.

  Actual: sha512-B==
  Expected: sha512-A==
`,
      "npm:x@1.0.0 is not what deno.lock says: " +
      "found sha512-B==, wanted sha512-A==",
      LOCK_HINT,
    ],
    [
      "a host that is down",
      `error: Import 'http://a/m.ts' failed.
    0: error sending request for url (http://a/m.ts): refused
    1: client error (Connect)
    2: refused
`,
      "Import 'http://a/m.ts' failed. " +
      "0: error sending request for url (http://a/m.ts): refused",
      "is the address right, and the host up?",
    ],
    [
      "a host that isn't allowed",
      `error: Requires import access to "b:80", run again with the --allow-import flag
    at http://a/m.ts:1:8`,
      'Requires import access to "b:80", run again with the --allow-import flag',
      "allow it with --allow-import=b:80, or in [import] hosts",
    ],
    [
      "a version that is younger than Deno takes",
      `error: Could not find version of '@a/b' that matches specified version constraint '^1.0.0'

A newer matching version was found, but it was not used because it was newer than the specified minimum dependency date of 2026-11-24

Stack backtrace:
`,
      "Could not find version of '@a/b' that matches specified version constraint '^1.0.0' A newer matching version was found, " +
      "but it was not used because it was newer than the specified minimum dependency date of 2026-11-24",
      'set "minimumDependencyAge" in deno.json, or wait until it is a day old',
    ],
    ["something else", "error: odd\nvery", "odd very"],
  ];
  for (const [name, said, why, hint] of cases) {
    await t.step(name, () => {
      assert.deepEqual(denoFault(said), { why, hint });
    });
  }
  await t.step("nothing", () => assert.equal(denoFault("\n"), undefined));
});

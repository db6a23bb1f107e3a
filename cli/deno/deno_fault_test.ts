import assert from "node:assert/strict";
import { denoFault } from "./deno_fault.ts";

const LOCK_HINT = "Review what has changed before you write the lock again.";

Deno.test("denoFault summarizes an error of Deno in one line", async (t) => {
  const cases: [name: string, stderr: string, reason: string, hint?: string][] =
    [
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
        "http://a/m.js is not what deno.lock says: found daf5; expected 0000",
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
        "found sha512-B==; expected sha512-A==",
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
        "Check the address, and that its host is reachable.",
      ],
      [
        "a host that is not allowed",
        `error: Requires import access to "b:80", run again with the --allow-import flag
    at http://a/m.ts:1:8`,
        'Requires import access to "b:80", run again with the --allow-import flag',
        "Allow it with --allow-import=b:80, or in hosts of [import].",
      ],
      [
        "a version that is too new for Deno",
        `error: Could not find version of '@a/b' that matches specified version constraint '^1.0.0'

A newer matching version was found, but it was not used because it was newer than the specified minimum dependency date of 2026-11-24

Stack backtrace:
`,
        "Could not find version of '@a/b' that matches specified version constraint '^1.0.0' A newer matching version was found, " +
        "but it was not used because it was newer than the specified minimum dependency date of 2026-11-24",
        'Set "minimumDependencyAge" in deno.json, or wait until it is a day old.',
      ],
      ["something else", "error: odd\nvery", "odd very"],
    ];
  for (const [name, stderr, reason, hint] of cases) {
    await t.step(name, () => {
      assert.deepEqual(denoFault(stderr), { reason, hint });
    });
  }
  await t.step("nothing", () => assert.equal(denoFault("\n"), undefined));
});

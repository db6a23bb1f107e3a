import assert from "node:assert/strict";
import { compileError } from "./deno_compile.ts";

/** Standard error of Deno 2.9.6 without a network. */
const OFFLINE =
  `Download https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip
error: Writing deno compile executable to temporary file '/tmp/.x.1/x.tmp-1'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip): client error (Connect): dns error: failed to lookup address information: Name or service not known
    2: client error (Connect)

Stack backtrace:
   0: <unknown>`;

Deno.test("compileError names the missing runtime, its URL, its folder and DENORT_BIN", async () => {
  const target = "x86_64-unknown-linux-gnu";
  const { code, message, hint } = await compileError(OFFLINE, target);
  assert.equal(code, "COMPILE_FAILED");
  assert.equal(
    message,
    `Cannot make the binary: found no compile runtime of Deno ${Deno.version.deno} for ${target} ` +
      "(https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip: " +
      "client error (Connect): dns error: failed to lookup address information: Name or service not known); " +
      "expected denort-x86_64-unknown-linux-gnu.zip from there",
  );
  assert.match(
    hint!,
    /^Put denort-x86_64-unknown-linux-gnu\.zip into \S+\/dl\/release\/v\d+\.\d+\.\d+, or name an unpacked denort of this version in the variable DENORT_BIN\.$/,
  );
});

Deno.test("compileError returns the error of Deno for other failures", async () => {
  const stderr = "error: Module not found\n    at file:///x.ts:1:8\n";
  const { code, message } = await compileError(stderr, "x");
  assert.equal(code, "COMPILE_FAILED");
  assert.equal(
    message,
    "Cannot make the binary: Deno reports Module not found",
  );
});

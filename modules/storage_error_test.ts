import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { storageError } from "./storage_error.ts";

Deno.test("storageError distinguishes a missing permission from other failures and gives a hint", () => {
  const cases: [Error, string, RegExp | undefined][] = [
    [named("NotCapable"), "PERMISSION_DENIED", /--allow-write=\/data/],
    [coded("EACCES"), "PERMISSION_DENIED", /user/],
    [coded("EROFS"), "PERMISSION_DENIED", /another path/],
    [coded("ENOSPC"), "STORAGE_FAILED", /max-files/],
    [coded("EIO"), "STORAGE_FAILED", undefined],
  ];
  for (const [cause, code, hint] of cases) {
    const error = storageError("write to", "/data", cause);
    assert.equal(error.code, code);
    assert.equal(
      error.message,
      'Cannot write to "/data": message of the system',
    );
    assert.equal(error.cause, cause);
    if (hint) assert.match(error.hint!, hint);
    else assert.equal(error.hint, undefined);
  }
});

Deno.test("storageError returns a CaryatidError unchanged", () => {
  const error = new CaryatidError("FOLDER_IN_USE", "taken");
  assert.equal(storageError("read", "/data", error), error);
});

function named(name: string): Error {
  return Object.assign(new Error("message of the system"), { name });
}

function coded(code: string): Error {
  return Object.assign(new Error("message of the system"), { code });
}

import assert from "node:assert/strict";
import { CaryatidError } from "./errors.ts";
import * as copy from "./errors.ts?copy";

Deno.test("an error has its code, message, hint and cause", () => {
  const cause = new Error("first");
  const error = new CaryatidError("NO_ROUTE", "Cannot publish", {
    cause,
    hint: "Add a route.",
  });
  assert.equal(error.name, "CaryatidError");
  assert.equal(error.code, "NO_ROUTE");
  assert.equal(error.message, "Cannot publish");
  assert.equal(error.hint, "Add a route.");
  assert.equal(error.cause, cause);
  assert.match(error.stack!, /errors_test/);
  assert(error instanceof Error);
});

Deno.test("an error without hint and cause has none", () => {
  const error = new CaryatidError("ABORTED", "Cannot sleep");
  assert.equal(error.hint, undefined);
  assert(!Object.hasOwn(error, "cause"));
  assert(
    Object.hasOwn(new CaryatidError("ABORTED", "", { cause: null }), "cause"),
  );
});

Deno.test("instanceof holds across loaded copies of the package", () => {
  const own = new CaryatidError("ABORTED", "of this copy");
  const foreign = new copy.CaryatidError("ABORTED", "of the other copy");
  assert.notEqual(CaryatidError, copy.CaryatidError);
  assert(foreign instanceof CaryatidError);
  assert(own instanceof copy.CaryatidError);
});

Deno.test("instanceof is false for other errors and values", () => {
  const others: unknown[] = [
    new Error("plain"),
    { name: "CaryatidError", code: "ABORTED", message: "" },
    null,
    undefined,
    "ABORTED",
    CaryatidError,
    new Proxy({}, {
      get() {
        throw new Error("looked at");
      },
    }),
  ];
  for (const other of others) assert(!(other instanceof CaryatidError));
});

Deno.test("instanceof of a subclass is false for a plain CaryatidError", () => {
  class SpecialError extends CaryatidError {}
  const special = new SpecialError("ABORTED", "special");
  assert(special instanceof SpecialError);
  assert(special instanceof CaryatidError);
  assert(special instanceof copy.CaryatidError);
  assert(!(new CaryatidError("ABORTED", "plain") instanceof SpecialError));
});

Deno.test("the brand of an error is not enumerable", () => {
  const error = new CaryatidError("ABORTED", "Cannot sleep");
  assert.deepEqual(Object.keys(error).sort(), ["code", "hint", "name"]);
});

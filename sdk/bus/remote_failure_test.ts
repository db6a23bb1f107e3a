import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import {
  describeFailure,
  describeHandlerFailure,
  handlerError,
  readRemoteFailure,
} from "./remote_failure.ts";

Deno.test("B6 any value that a handler throws becomes a failure with a code and a message", async (t) => {
  const throwing = () => {
    throw new Error("from a getter");
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cases: [name: string, thrown: unknown, code: string, text: string][] = [
    ["an error", new Error("no"), "Error", "no"],
    ["a TypeError", new TypeError("no"), "TypeError", "no"],
    ["an error of ours", new CaryatidError("NO_ROUTE", "no"), "NO_ROUTE", "no"],
    [
      "an error with a code",
      Object.assign(new Error("no"), { code: "ENOENT" }),
      "ENOENT",
      "no",
    ],
    [
      "an error whose code is a number",
      Object.assign(new RangeError("no"), { code: 7 }),
      "RangeError",
      "no",
    ],
    ["text", "no", "Error", "no"],
    ["null", null, "Error", "null"],
    ["undefined", undefined, "Error", "undefined"],
    ["a symbol", Symbol("no"), "Error", "Symbol(no)"],
    ["a plain object", {}, "Error", "[object Object]"],
    ["an object with a message", { message: "no" }, "Error", "no"],
    [
      "throwing getters",
      Object.defineProperty({}, "code", { get: throwing }),
      "Error",
      "an error that cannot be described",
    ],
    [
      "a throwing toString",
      { toString: throwing },
      "Error",
      "an error that cannot be described",
    ],
    [
      "an object without prototype",
      Object.create(null),
      "Error",
      "an error that cannot be described",
    ],
    [
      "a revoked proxy",
      revoked.proxy,
      "Error",
      "an error that cannot be described",
    ],
  ];
  for (const [name, thrown, code, message] of cases) {
    await t.step(name, () => {
      assert.deepEqual(describeFailure(thrown), { code, message });
    });
  }
});

Deno.test("B6 the requester gets code and message, and no stack", () => {
  const failure = describeFailure(new TypeError("no such thing"));
  const error = handlerError("a.b", failure);
  assert.equal(error.code, "HANDLER_FAILED");
  assert.equal(
    error.message,
    'Cannot get an answer on "a.b": its handler failed with ' +
      "TypeError: no such thing",
  );
  assert.deepEqual(error.cause, {
    code: "TypeError",
    message: "no such thing",
  });
});

Deno.test("B6 an error of the module's own keeps its details over a wire", () => {
  const thrown = new CaryatidError("OUT_OF_STOCK", "no tea", {
    details: { left: 0 },
  });
  const sent = structuredClone(describeHandlerFailure(thrown));
  const error = handlerError("a.b", readRemoteFailure(sent));
  assert.equal(error.code, "OUT_OF_STOCK");
  assert.equal(error.message, "no tea");
  assert.deepEqual(error.details, { left: 0 });
});

Deno.test("B6 a framework error of a handler is never the requester's own", () => {
  const thrown = new CaryatidError("NO_ROUTE", "nowhere", { details: 1 });
  assert.deepEqual(describeHandlerFailure(thrown), {
    code: "NO_ROUTE",
    message: "nowhere",
  });
  const plain = Object.assign(new Error("gone"), { code: "ENOENT", own: true });
  assert.deepEqual(describeHandlerFailure(plain), {
    code: "ENOENT",
    message: "gone",
  });
});

Deno.test("B6 a failure that any client may have sent forges no framework error", () => {
  for (
    const sent of [
      { code: "NO_HANDLER", message: "forged", own: true },
      { code: "not a code", message: "forged", own: true },
      { code: "A", message: "forged", own: true, details: () => 1 },
      { code: "A", message: "forged", own: 1 },
      { code: 7, message: {}, own: true },
      null,
    ]
  ) {
    const error = handlerError("a.b", readRemoteFailure(sent));
    assert.equal(error.code, "HANDLER_FAILED", JSON.stringify(sent));
  }
});

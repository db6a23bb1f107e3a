import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";
import { dottedKey, formatValue, withoutPassword } from "./format.ts";

Deno.test("dottedKey() quotes keys as TOML does, and shortens long ones", () => {
  assert.equal(
    dottedKey(["module", "rest-server", "x_1"]),
    "module.rest-server.x_1",
  );
  assert.equal(dottedKey(["a b", "", 'q"']), '"a b".""."q\\""');
  assert.equal(dottedKey(["route", 0, "bus", 1]), "route[0].bus[1]");
  assert(dottedKey(Array(100_000).fill("x")).length < 250);
});

Deno.test("formatValue() describes a value in the terms of TOML", () => {
  const cases: [value: unknown, text: string][] = [
    ["x", '"x"'],
    ["x".repeat(100), `"${"x".repeat(57)}..."`],
    [1.5, "1.5"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [NaN, "nan"],
    [1n, "1"],
    [true, "true"],
    [null, "null"],
    [undefined, "nothing"],
    [[], "an array"],
    [{}, "a table"],
    [Object.create(null), "a table"],
    [new Date(), "a date"],
    [new Map(), "an object"],
    [() => 1, "a function"],
  ];
  for (const [value, text] of cases) {
    assert.equal(formatValue(["module", "a", "x"], value), text);
  }
});

Deno.test("formatValue() prints no value of a key that may be secret, and no password in a URL", () => {
  const of = (value: unknown, ...path: string[]) =>
    formatValue(["module", "a", ...path], value);
  for (
    const key of ["url", "db-url", "password", "apiToken", "SECRET", "api_key"]
  ) {
    assert.equal(of("s3cret", key), "text", key);
  }
  assert.equal(of("s3cret", "tokens", "mine"), "text");
  assert.equal(of(1234, "password"), "a number");
  assert.equal(of("amqp://u:p@ss/w@h/x", "address"), '"amqp://u:***@h/x"');
  assert.equal(formatValue(["module", "auth", "every"], -1), "-1");
});

Deno.test("withoutPassword() returns other text unchanged", () => {
  for (const text of ["a@b", "http://h/a:b", "http://h:80/x", "x://", "://@"]) {
    assert.equal(withoutPassword(text), text);
  }
  const text = withoutPassword("see amqp://u:p@h and x://token@h");
  assert.equal(text, "see amqp://u:***@h and x://***@h");
});

Deno.test("nearest() returns a similar name, and undefined if all are too different", () => {
  const known = ["message-router", "message-bus", "module", "monitor", "log"];
  const cases: [name: string, meant: string | undefined][] = [
    ["message-rooter", "message-router"],
    ["message_router", "message-router"],
    ["Module", "module"],
    ["moduel", "module"],
    ["modul", "module"],
    ["lgo", "log"],
    ["l", undefined],
    ["database", undefined],
    ["", undefined],
    ["x".repeat(1e6), undefined],
  ];
  for (const [name, meant] of cases) {
    assert.equal(nearest(name, known), meant, name.slice(0, 20));
  }
});

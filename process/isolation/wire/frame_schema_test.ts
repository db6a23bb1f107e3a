import assert from "node:assert/strict";
import { FROM_GUEST, FROM_HOST } from "./frames.ts";
import { checkBusFrame } from "./frame_schema.ts";

const ERROR = ["OVERFLOW", "full", null, null];
const DELIVERY = ["a.b", "id", null, 5, false, "message"];

Deno.test("valid frames of a bus are accepted", () => {
  const good = [
    [FROM_HOST.deliver, 0, 0, ...DELIVERY],
    [FROM_HOST.deliver, 0, 1, "a", "", { k: "v" }, 0, true, undefined],
    [FROM_HOST.ask, 1, 2, ...DELIVERY],
    [FROM_HOST.accepted, 1, 2],
    [FROM_HOST.refused, 1, ERROR],
    [FROM_HOST.credit, 100],
    [FROM_HOST.ready, 1],
    [FROM_HOST.closed, 1, null],
    [FROM_HOST.closed, 1, ERROR],
    [FROM_HOST.state, 1, 2, 3, 4],
    [FROM_HOST.answered, 1, null],
    [FROM_HOST.abandon, 1, ERROR],
    [FROM_HOST.end, ERROR],
  ];
  for (const frame of good) checkBusFrame(frame);
});

Deno.test("D14 any other frame of a bus is a PROTOCOL_VIOLATION", () => {
  const bad = [
    [FROM_HOST.deliver, 0, 0],
    [FROM_HOST.deliver, "0", 0, ...DELIVERY],
    [FROM_HOST.deliver, 0, 99_999, ...DELIVERY],
    [FROM_HOST.deliver, 0, 0, 7, "id", null, 5, false, "message"],
    [FROM_HOST.deliver, 0, 0, "a", "id", [], 5, false, "message"],
    [FROM_HOST.deliver, 0, 0, "a", "id", { k: 1 }, 5, false, "message"],
    [FROM_HOST.deliver, 0, 0, "a", "id", null, "5", false, "message"],
    [FROM_HOST.ask, 1, -2, ...DELIVERY],
    [FROM_HOST.accepted, 1, 2 ** 60],
    [FROM_HOST.refused, 1, null],
    [FROM_HOST.refused, 1, ["OVERFLOW"]],
    [FROM_HOST.answered, 1],
    [FROM_HOST.closed, 1, "why"],
    [FROM_HOST.state, 1, "2", 3, 4],
    [FROM_HOST.state, 1, 2, 3, "4"],
    [FROM_HOST.end, null],
    [FROM_HOST.welcome, {}, 1, true],
    [FROM_HOST.load, "file:///x.ts"],
    [FROM_GUEST.publish, 1, "a", null, 1],
    ["deliver"],
  ];
  for (const frame of bad) {
    assert.throws(
      () => checkBusFrame(frame),
      { code: "PROTOCOL_VIOLATION" },
      JSON.stringify(frame),
    );
  }
});

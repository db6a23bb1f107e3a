import assert from "node:assert/strict";
import { liveMessage } from "./live_message.ts";

Deno.test("liveMessage() converts each delivery, also with an invalid time", () => {
  const given = { topic: "a", message: 1, id: "7", headers: {} };
  for (const time of [0, -1, 8.64e15, 8.64e15 + 1, NaN, Infinity]) {
    const { json } = liveMessage({ ...given, time, redelivered: false });
    const { time: text } = JSON.parse(`{${json}}`);
    assert(!Number.isNaN(Date.parse(text)), `${time}`);
  }
});

import assert from "node:assert/strict";
import { messageJson } from "./message_json.ts";

Deno.test("messageJson escapes control characters and keeps the message", () => {
  const hostile = "\x1b[31m \x9b31m \u202e \u{e0001} \x7f \n ü 🦀";
  const json = messageJson({ [hostile]: hostile });
  assert(!/[\p{Cc}\p{Cf}]/u.test(json), json);
  assert.deepEqual(JSON.parse(json), { [hostile]: hostile });
  assert(json.includes("ü 🦀"));
});

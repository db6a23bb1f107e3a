import { topicMatches } from "@caryatid/sdk";
import assert from "node:assert/strict";
import fc from "fast-check";
import { redaction, stepsTo } from "./redaction.ts";

Deno.test("redaction() hides a path and all values below it", () => {
  const hidden = redaction(["message.user.password"]);
  const at = (path: string) => stepsTo(hidden, path.split(".")).hidden;
  assert.equal(at("message.user.password"), true);
  assert.equal(at("message.user.password.old"), true);
  assert.equal(at("message.user"), false);
  assert.equal(at("message.user.name"), false);
  assert.equal(at("message.password"), false);
  assert.equal(redaction([]).hidden, false);
});

Deno.test("redaction() matches wildcards as topics do", () => {
  const word = fc.constantFrom("a", "b", "c");
  const patternWord = fc.constantFrom("a", "b", "*", "#");
  fc.assert(fc.property(
    fc.array(patternWord, { maxLength: 5 }),
    fc.array(word, { maxLength: 6 }),
    (pattern, words) => {
      const path = ["message", ...words];
      const shown = ["message", ...pattern].join(".");
      // Hidden if the pattern matches the path, or a path above it.
      const wanted = path.some((_, i) =>
        topicMatches(shown, path.slice(0, i + 1).join("."))
      );
      assert.equal(stepsTo(redaction([shown]), path).hidden, wanted);
    },
  ));
});

Deno.test("redaction() needs little memory for a pattern with many #", () => {
  let steps = redaction([`message.${Array(20).fill("#.a").join(".")}`]);
  for (let i = 0; i < 1_000; i++) steps = steps.step(i === 0 ? "message" : "b");
  assert.equal(steps.hidden, false);
});

import type { DeadLetter } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { groupLetters } from "./letter_groups.ts";

const letter = (id: string, fields: Partial<DeadLetter> = {}): DeadLetter => ({
  id,
  topic: "order.new",
  message: { id },
  body: new Uint8Array(3),
  headers: {},
  code: "HANDLER_FAILED",
  cause: "no stock",
  count: 5,
  pattern: "order.#",
  time: Number(id),
  ...fields,
});

Deno.test("groupLetters groups by code, cause and pattern, the largest group first", () => {
  const groups = groupLetters([
    letter("1", { code: "DECODE_FAILED", message: undefined }),
    ...["2", "3", "4", "5", "6", "7"].map((id) => letter(id)),
    letter("8", { pattern: "#" }),
  ]);
  assert.deepEqual(
    groups.map(({ code, pattern, count, first, last, letters }) => [
      code,
      pattern,
      count,
      first,
      last,
      letters.length,
    ]),
    [
      ["HANDLER_FAILED", "order.#", 6, 2, 7, 5],
      ["HANDLER_FAILED", "#", 1, 8, 8, 1],
      ["DECODE_FAILED", "order.#", 1, 1, 1, 1],
    ],
  );
  assert.equal(groups[0]?.letters[0]?.text, '{"id":"2"}');
  assert.match(groups[2]!.letters[0]!.text, /3 bytes/);
});

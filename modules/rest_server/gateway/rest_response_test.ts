import assert from "node:assert/strict";
import { AnswerStreams } from "./answer_streams.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { toResponse } from "./rest_response.ts";

const streams = new AnswerStreams(new MemoryBudget(1_000_000));
const short = { sized: false, head: false, streams };
const sized = { ...short, sized: true };

Deno.test("answers that share one frozen object of headers do not share changes", () => {
  const headers = Object.freeze({ vary: "Accept" });
  const answer = { code: 200, body: "four", content_type: "a/b", headers };
  const expected = [["content-type", "a/b"], ["vary", "Accept"]];
  const first = toResponse(answer, short);
  first.headers.set("x-first", "1");
  assert.deepEqual([...toResponse(answer, short).headers], expected);
  assert.equal(toResponse(answer, sized).headers.get("content-length"), "4");
  assert.deepEqual([...toResponse(answer, short).headers], expected);
  assert.deepEqual(
    [...toResponse({ ...answer, content_type: "c/d" }, short).headers],
    [["content-type", "c/d"], ["vary", "Accept"]],
  );
});

Deno.test("headers that can change are checked for each answer", () => {
  const list = ["1"];
  for (const headers of [Object.freeze({ "x-a": list }), { "x-a": list }]) {
    const answer = { code: 200, body: "four", content_type: "a/b", headers };
    list[0] = "1";
    assert.equal(toResponse(answer, short).headers.get("x-a"), "1");
    list[0] = "2\r\n";
    assert.throws(() => toResponse(answer, short), { status: 502 });
  }
});

Deno.test("a media type among the headers replaces that of text", () => {
  const headers = { "x-a": ["1", "2"], "Content-Type": "a/b" };
  for (const options of [short, sized]) {
    const response = toResponse({ code: 200, body: "four", headers }, options);
    assert.equal(response.headers.get("content-type"), "a/b");
    assert.equal(response.headers.get("x-a"), "1, 2");
  }
});

import assert from "node:assert/strict";
import type { Observed } from "./request_pairs.ts";
import { RequestPairs } from "./request_pairs.ts";
import { observedPatterns } from "./observed_patterns.ts";

const ID = "0123456789abcdef";
const headers = { "answer-duration": "1.5" };

function request(id = ID): Observed {
  return { topic: `a.b._request.${id}`, message: "q", headers: {} };
}

function answer(id = ID): Observed {
  return { topic: `a.b._response.${id}`, message: "a", headers };
}

function observed() {
  const seen: string[] = [];
  const pairs = new RequestPairs({
    onPair: ({ topic, request, outcome }) =>
      seen.push(`${topic} ${request.message} ${outcome?.message}`),
  });
  return { seen, pairs };
}

Deno.test("RequestPairs pairs a request with its answer in any order", () => {
  const { seen, pairs } = observed();
  pairs.addRequest(request(), 0);
  assert(pairs.addAnswer(answer(), 1));
  pairs.addAnswer(answer("fedcba9876543210"), 2);
  pairs.addRequest(request("fedcba9876543210"), 3);
  pairs.expire(10_000);
  assert.deepEqual(seen, ["a.b q a", "a.b q a"]);
});

Deno.test("RequestPairs refuses a message on a response topic without the headers of a copy", () => {
  const { seen, pairs } = observed();
  pairs.addRequest(request(), 0);
  assert(!pairs.addAnswer({ ...answer(), headers: {} }, 0));
  assert.deepEqual(seen, []);
});

Deno.test("RequestPairs reports a request without an answer once, and again with its late answer", () => {
  const { seen, pairs } = observed();
  pairs.addRequest(request(), 0);
  pairs.expire(999);
  assert.deepEqual(seen, []);
  pairs.expire(1_000);
  pairs.expire(2_000);
  assert.deepEqual(seen, ["a.b q undefined"]);
  pairs.addAnswer(answer(), 3_000);
  assert.deepEqual(seen, ["a.b q undefined", "a.b q a"]);
});

Deno.test("RequestPairs forgets an answer whose request never comes", () => {
  const { seen, pairs } = observed();
  pairs.addAnswer(answer(), 0);
  pairs.expire(1_000);
  pairs.addRequest(request(), 1_001);
  assert.deepEqual(seen, []);
});

Deno.test("observedPatterns derives patterns of answers, also from patterns of requests", () => {
  assert.deepEqual(observedPatterns(["#"]), ["#._response.*", "#"]);
  assert.deepEqual(observedPatterns(["a._request.*"]), [
    "a._response.*",
    "a._request.*",
  ]);
  assert.deepEqual(observedPatterns(["a._response.*"]), ["a._response.*"]);
  const long = "x".repeat(250);
  assert.deepEqual(observedPatterns([long]), [long]);
});

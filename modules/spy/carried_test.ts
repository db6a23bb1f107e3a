import { requestTopic, responseTopic } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { carriedOn } from "./carried.ts";

const ID = "0123456789abcdef";

Deno.test("carriedOn() tells requests and answers from messages", () => {
  for (const topic of ["weather", "a._request.b", ""]) {
    const asked = requestTopic(topic, ID);
    assert.deepEqual(carriedOn(topic), { kind: "message", topic });
    assert.deepEqual(carriedOn(asked), { kind: "request", topic, request: ID });
    assert.deepEqual(
      carriedOn(responseTopic(asked)!),
      { kind: "answer", topic, request: ID },
    );
  }
});

Deno.test("carriedOn() takes other words behind a marker for a topic", () => {
  for (const topic of ["a._request.b", "a._request", `_request.${ID}`]) {
    assert.deepEqual(carriedOn(topic), { kind: "message", topic });
  }
});

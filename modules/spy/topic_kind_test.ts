import { requestTopic, responseTopic } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { topicKind } from "./topic_kind.ts";

const ID = "0123456789abcdef";

Deno.test("topicKind() distinguishes requests and answers from messages", () => {
  for (const topic of ["weather", "a._request.b", ""]) {
    const asked = requestTopic(topic, ID);
    assert.deepEqual(topicKind(topic), { kind: "message", topic });
    assert.deepEqual(topicKind(asked), { kind: "request", topic, request: ID });
    assert.deepEqual(
      topicKind(responseTopic(asked)!),
      { kind: "answer", topic, request: ID },
    );
  }
});

Deno.test("topicKind() treats other words after a marker as part of a topic", () => {
  for (const topic of ["a._request.b", "a._request", `_request.${ID}`]) {
    assert.deepEqual(topicKind(topic), { kind: "message", topic });
  }
});

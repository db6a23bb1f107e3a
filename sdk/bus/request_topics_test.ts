import assert from "node:assert/strict";
import fc from "fast-check";
import { topicMatches, validateTopic } from "../topic.ts";
import {
  requestedTopic,
  requestPattern,
  requestTopic,
  responseTopic,
  validateRequestTopic,
} from "./request_topics.ts";

const ID = "0123456789abcdef";

Deno.test("a request travels as in caryatid_sdk", () => {
  assert.equal(requestTopic("a.b", ID), `a.b._request.${ID}`);
  assert.equal(requestPattern("a.*"), "a.*._request.*");
  assert.equal(responseTopic(`a.b._request.${ID}`), `a.b._response.${ID}`);
});

Deno.test("the answer's topic is found from the last marker", () => {
  const nested = requestTopic(requestTopic("a", "1"), "2");
  assert.equal(responseTopic(nested), "a._request.1._response.2");
  assert.equal(
    responseTopic(`a._request._request.${ID}`),
    `a._request._response.${ID}`,
  );
});

Deno.test("responseTopic returns undefined if the topic is not a request topic", () => {
  for (
    const topic of ["", "a.b", "_request.1", "a._request", "a._requests.1"]
  ) {
    assert.equal(responseTopic(topic), undefined, topic);
  }
});

Deno.test("requestedTopic returns undefined if the topic is not a request topic", () => {
  assert.equal(requestedTopic(`a.b._request.${ID}`), "a.b");
  for (
    const topic of [
      ...["", "a.b", "._request.1", "a._request.1", `a._response.${ID}`],
      "a._request.abc._request.xyz",
    ]
  ) {
    assert.equal(requestedTopic(topic), undefined, topic);
  }
});

Deno.test("F7 a request topic yields the requested topic and the response topic for any words", () => {
  const word = fc.constantFrom("a", "", "_request", "_response", "é");
  const topics = fc.array(word).map((words) => words.join("."));
  fc.assert(
    fc.property(topics, (topic) => {
      const request = requestTopic(topic, ID);
      assert.equal(responseTopic(request), `${topic}._response.${ID}`);
      assert.equal(requestedTopic(request), topic);
      if (topic !== "") assert(topicMatches(requestPattern(topic), request));
    }),
  );
});

Deno.test("A7 the topic of a request must leave room for the marker and the id", () => {
  const fits = ["x".repeat(228), "é".repeat(114)];
  for (const topic of fits) {
    assert.equal(validateRequestTopic(topic), topic);
    validateTopic(requestTopic(topic, ID));
    validateTopic(responseTopic(requestTopic(topic, ID))!);
  }
  const bad = ["x".repeat(229), "é".repeat(115), "a.*", "\ud800"];
  for (const topic of bad) {
    assert.throws(() => validateRequestTopic(topic), { code: "INVALID_TOPIC" });
  }
});

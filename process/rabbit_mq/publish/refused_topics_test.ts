import assert from "node:assert/strict";
import { RefusedTopics } from "./refused_topics.ts";

const text = (what: string) =>
  "Channel closed by server: 403 (ACCESS-REFUSED) with message " +
  `"ACCESS_REFUSED - ${what} to topic 'order.new' in exchange ` +
  `'shop.front' in vhost '/' refused for user 'shop'"`;
const order = ["shop.front", "order.new"] as const;

for (const version of ["access", "write access"]) {
  Deno.test(`a topic that the broker has refused is FORBIDDEN for 10 s, by the text "${version}"`, () => {
    const refused = new RefusedTopics();
    assert.equal(refused.refusal(...order), undefined);
    refused.add(new Error(text(version)), 0);
    assert.equal(refused.refusal(...order, 9_999)?.code, "FORBIDDEN");
    assert.equal(refused.refusal("shop.front", "order.old", 0), undefined);
    assert.equal(refused.refusal("other", "order.new", 0), undefined);
    assert.equal(refused.refusal(...order, 10_000), undefined);
    assert.equal(refused.refusal(...order, 0), undefined);
  });
}

Deno.test("an error that names no topic refuses none", () => {
  const refused = new RefusedTopics();
  refused.add(new Error("NOT_FOUND - no exchange 'shop.front' in vhost '/'"));
  assert.equal(refused.refusal(...order), undefined);
});

import assert from "node:assert/strict";
import { z } from "zod";
import { declaredTopics } from "./declared_topics.ts";
import { defineModule } from "./module.ts";
import type { Topics } from "./topics.ts";

const init = () => {};

/** As someone without TypeScript would give it. */
function define(topics: unknown) {
  return defineModule({ name: "relay", init, topics: topics as Topics });
}

Deno.test("a module declares its topics as patterns, a list for each use", () => {
  const topics = {
    publish: ["a.b", "#"],
    subscribe: ["a.*", ""],
    request: [],
    handle: undefined,
  };
  const { handle: _, ...given } = topics;
  assert.deepEqual(declaredTopics(define(topics), {}), given);
});

Deno.test("a module may tell its topics by its checked section", () => {
  const module = defineModule({
    name: "relay",
    config: z.object({ topic: z.string() }),
    topics: ({ topic }) => ({ publish: [topic] }),
    init,
  });
  assert.deepEqual(declaredTopics(module, { topic: "a.b" }), {
    publish: ["a.b"],
  });
  assert.throws(() => declaredTopics(module, { topic: "x".repeat(256) }), {
    code: "INVALID_TOPIC",
    message: /^Cannot use topics\.publish of module "relay": .* 256 bytes/,
  });
});

Deno.test("a module that declares nothing has no topics to stray from", () => {
  const module = defineModule({ name: "relay", init });
  assert.equal(declaredTopics(module, {}), undefined);
});

Deno.test("what is no declaration is INVALID_OPTION, and says where", async (t) => {
  const cases: [topics: unknown, why: string][] = [
    ["a.b", 'topics of .*: found "a\\.b", wanted an object'],
    [null, "topics of .*: found null, wanted an object"],
    [
      { publishes: ["a"] },
      'topics of .*: found the key "publishes", wanted publish, subscribe, request, handle',
    ],
    [
      { publish: "a" },
      'topics\\.publish of .*: found "a", wanted an array of patterns',
    ],
  ];
  for (const [topics, why] of cases) {
    await t.step(why, () => {
      assert.throws(() => define(topics), {
        code: "INVALID_OPTION",
        message: new RegExp(why),
      });
    });
  }
  await t.step("nor does it come later", () => {
    const module = define(() => Promise.resolve({ publish: ["a"] }));
    assert.throws(() => declaredTopics(module, {}), {
      code: "INVALID_OPTION",
      message: /found a promise, wanted an object/,
    });
  });
  await t.step("also where a function gives it", () => {
    const module = define(() => 5);
    assert.throws(() => declaredTopics(module, {}), {
      code: "INVALID_OPTION",
      message: /found a value of type number, wanted an object/,
    });
  });
});

Deno.test("what is no pattern is INVALID_TOPIC", () => {
  for (const pattern of ["x".repeat(256), "\ud800", 5]) {
    assert.throws(() => define({ subscribe: ["a", pattern] }), {
      code: "INVALID_TOPIC",
      message: /^Cannot use topics\.subscribe of module "relay": /,
    });
  }
});

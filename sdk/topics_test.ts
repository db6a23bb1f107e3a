import assert from "node:assert/strict";
import { z } from "zod";
import { declaredTopics, defineModule } from "./module.ts";
import type { Topics } from "./topics.ts";

const init = () => {};

/** Returns a definition without checks of types, as plain JavaScript does. */
function define(topics: unknown) {
  return defineModule({ name: "relay", init, topics: topics as Topics });
}

Deno.test("a module declares its topics as patterns, a list for each use", () => {
  const topics = {
    publish: ["a.b", "#"],
    subscribe: ["a.*", ""],
    request: [],
    handle: undefined,
    groups: ["workers"],
  };
  const { handle: _, ...given } = topics;
  assert.deepEqual(declaredTopics(define(topics), {}), given);
});

Deno.test("a module can declare its topics as a function of its checked section", () => {
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

Deno.test("declaredTopics() returns undefined if the module declares no topics", () => {
  const module = defineModule({ name: "relay", init });
  assert.equal(declaredTopics(module, {}), undefined);
});

Deno.test("an invalid declaration is INVALID_OPTION, with the place in the message", async (t) => {
  const cases: [topics: unknown, why: string][] = [
    ["a.b", 'topics of .*: found "a\\.b"; expected an object'],
    [null, "topics of .*: found null; expected an object"],
    [
      { publishes: ["a"] },
      'topics of .*: found the key "publishes"; expected publish, subscribe, request, handle, groups',
    ],
    [
      { publish: "a" },
      'topics\\.publish of .*: found "a"; expected an array of patterns',
    ],
    [{ groups: "a" }, 'topics\\.groups of .*: found "a"; expected an array'],
    [
      { groups: [""] },
      "topics\\.groups of .*: .*expected an array of non-empty",
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
  await t.step("a promise of a function is rejected, too", () => {
    const module = define(() => Promise.resolve({ publish: ["a"] }));
    assert.throws(() => declaredTopics(module, {}), {
      code: "INVALID_OPTION",
      message: /found a promise; expected an object/,
    });
  });
  await t.step("also if a function returns it", () => {
    const module = define(() => 5);
    assert.throws(() => declaredTopics(module, {}), {
      code: "INVALID_OPTION",
      message: /found a value of type number; expected an object/,
    });
  });
});

Deno.test("an item that is not a valid pattern is INVALID_TOPIC", () => {
  for (const pattern of ["x".repeat(256), "\ud800", 5]) {
    assert.throws(() => define({ subscribe: ["a", pattern] }), {
      code: "INVALID_TOPIC",
      message: /^Cannot use topics\.subscribe of module "relay": /,
    });
  }
});

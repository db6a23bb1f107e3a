import assert from "node:assert/strict";
import { Rights, type TopicRights } from "./rights.ts";

const HINT = () => "the line";

Deno.test("D10 a topic that a granted pattern matches may be published on and asked on, others may not", () => {
  const rights = having({ publish: ["a.#"], request: ["b.*"] });
  assert(rights.mayPublish("a.x.y"));
  assert(!rights.mayPublish("b"));
  assert(rights.mayRequest("b.c"));
  assert(!rights.mayRequest("b"));
});

Deno.test("D10 a pattern must lie in one granted pattern as a whole", () => {
  const rights = having({ subscribe: ["a.#", "b.*"], handle: ["c.d"] });
  for (const pattern of ["a", "a.#", "a.*.x", "b.*", "b.c"]) {
    rights.check("subscribe", pattern);
  }
  for (const pattern of ["#", "*.x", "b.#", "b", "c.d", ""]) {
    assert.throws(() => rights.check("subscribe", pattern), {
      code: "FORBIDDEN",
    });
  }
  rights.check("handle", "c.d");
  assert.throws(() => rights.check("handle", "c.*"), { code: "FORBIDDEN" });
});

Deno.test("a kind that isn't there isn't restricted, an empty one has nothing", () => {
  const rights = having({ publish: [] });
  rights.check("subscribe", "#");
  rights.check("subscribe", "x._response.*");
  rights.check("handle", "#");
  assert(rights.mayRequest("x"));
  assert(!rights.mayPublish("x"));
});

Deno.test("D10 a publish is no way round the rights to ask and to answer", async (t) => {
  const rights = having({ publish: ["#"], request: ["a.*"], handle: ["b"] });
  const table: [topic: string, may: boolean, why: string][] = [
    ["a.x._request.0123456789abcdef", true, "it may ask on a.x"],
    ["b._request.0123456789abcdef", false, "it may not ask on b"],
    ["b._response.0123456789abcdef", true, "it may answer b"],
    ["a.x._response.0123456789abcdef", false, "it may not answer a.x"],
    ["a.x._request.1._request.2", false, "buses take the last marker"],
    ["_request.1", false, 'a handler of "#" would hear it'],
    ["x._requests.1", true, "that is no marker"],
  ];
  for (const [topic, may, why] of table) {
    await t.step(`${topic}: ${why}`, () => {
      assert.equal(rights.mayPublish(topic), may);
    });
  }
});

Deno.test("D10 B11 answers to others may be heard only by a right that names them", () => {
  const wide = having({ subscribe: ["#"] });
  const heard = wide.heard("#")!;
  assert(heard("x") && heard("x._request.1") && !heard("x._response.1"));
  assert.equal(wide.heard("a.b"), undefined);
  assert.throws(() => wide.check("subscribe", "x._response.*"), {
    code: "FORBIDDEN",
  });
  const named = having({ subscribe: ["#", "x._response.*"] });
  named.check("subscribe", "x._response.*");
  const also = named.heard("#")!;
  assert(also("x._response.1") && !also("y._response.1"));
});

Deno.test("an error of rights says module, kind, topic, what it has, and the next step", () => {
  const rights = having({ publish: ["a.#", "b"], subscribe: ["a.#"] });
  const publish = rights.forbidden("publish", "c");
  assert.equal(
    publish.message,
    'Cannot publish on "c" as module "x": ' +
      'found the right to publish on "a.#", "b", wanted one to "c"',
  );
  assert.equal(publish.hint, "the line");
  const spy = rights.forbidden("subscribe", "#");
  assert.equal(
    spy.message,
    'Cannot subscribe to "#" as module "x": found the right to subscribe to ' +
      '"a.#", wanted one that takes in every topic of "#"',
  );
  assert.equal(spy.hint, 'subscribe to "a.#", or the line');
  assert.equal(
    having({ request: [] }).forbidden("request", "c").message,
    'Cannot make a request on "c" as module "x": ' +
      'found no right to make a request on anything, wanted one to "c"',
  );
});

Deno.test("A7 a topic that nobody can use is INVALID_TOPIC, whoever may what", () => {
  const rights = having({ publish: ["#"], subscribe: ["#"] });
  assert.throws(() => rights.mayPublish("a".repeat(256)), {
    code: "INVALID_TOPIC",
  });
  assert.throws(() => rights.mayPublish(7 as unknown as string), {
    code: "INVALID_TOPIC",
  });
  assert.throws(() => rights.check("subscribe", "\ud800"), {
    code: "INVALID_TOPIC",
  });
});

function having(lists: Partial<TopicRights>): Rights {
  const none = {
    publish: undefined,
    subscribe: undefined,
    request: undefined,
    handle: undefined,
  };
  return new Rights("x", { ...none, ...lists }, HINT);
}

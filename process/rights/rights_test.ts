import assert from "node:assert/strict";
import { type BusRights, KnownTopics, Rights } from "./rights.ts";

const HINT = () => "the line";

Deno.test("D10 a module may publish and request only on topics that a granted pattern matches", () => {
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

Deno.test("a missing kind is not restricted, an empty one grants nothing", () => {
  const rights = having({ publish: [] });
  rights.check("subscribe", "#");
  rights.check("subscribe", "x._response.*");
  rights.check("handle", "#");
  assert(rights.mayRequest("x"));
  assert(!rights.mayPublish("x"));
});

Deno.test("D10 a publish cannot replace the rights to request and to handle", async (t) => {
  const rights = having({ publish: ["#"], request: ["a.*"], handle: ["b"] });
  const table: [topic: string, may: boolean, why: string][] = [
    ["a.x._request.0123456789abcdef", true, "it may ask on a.x"],
    ["b._request.0123456789abcdef", false, "it may not ask on b"],
    ["b._response.0123456789abcdef", true, "it may answer b"],
    ["a.x._response.0123456789abcdef", false, "it may not answer a.x"],
    ["a.x._request.1._request.2", false, "buses take the last marker"],
    ["_request.1", false, 'a handler of "#" would receive it'],
    ["x._requests.1", true, "that word does not mark requests"],
  ];
  for (const [topic, may, why] of table) {
    await t.step(`${topic}: ${why}`, () => {
      assert.equal(rights.mayPublish(topic), may);
    });
  }
});

Deno.test("D10 B11 only a right that names answers covers answers to others", () => {
  const wide = having({ subscribe: ["#"] });
  const passes = wide.filterOf("#")!;
  assert(passes("x") && passes("x._request.1"));
  assert(!passes("x._response.1"));
  assert.equal(wide.filterOf("a.b"), undefined);
  assert.throws(() => wide.check("subscribe", "x._response.*"), {
    code: "FORBIDDEN",
  });
  const named = having({ subscribe: ["#", "x._response.*"] });
  named.check("subscribe", "x._response.*");
  const also = named.filterOf("#")!;
  assert(also("x._response.1") && !also("y._response.1"));
});

Deno.test("D10 a group needs a right that names it, or its beginning", () => {
  const rights = having({ subscribe: ["#"], groups: ["workers", "blue.*"] });
  for (const group of [undefined, "workers", "blue.a", "blue."]) {
    rights.checkGroup(group);
  }
  for (const group of ["", "worker", "workers2", "blue", "*"]) {
    assert.throws(() => rights.checkGroup(group), { code: "FORBIDDEN" });
  }
  assert.throws(() => rights.checkGroup("thieves"), {
    message: 'Cannot join the group "thieves" as module "x": found the right ' +
      'to join the group "workers", "blue.*"; expected one to "thieves"',
    hint: "the line",
  });
  assert.throws(() => having({ groups: [] }).checkGroup("a"), {
    message: 'Cannot join the group "a" as module "x": ' +
      'found no right to join a group; expected one to "a"',
  });
  having({}).checkGroup("a");
});

Deno.test("an error of rights says module, kind, topic, what it has, and the next step", () => {
  const rights = having({ publish: ["a.#", "b"], subscribe: ["a.#"] });
  const publish = rights.forbidden("publish", "c");
  assert.equal(
    publish.message,
    'Cannot publish on "c" as module "x": ' +
      'found the right to publish on "a.#", "b"; expected one to "c"',
  );
  assert.equal(publish.hint, "the line");
  const spy = rights.forbidden("subscribe", "#");
  assert.equal(
    spy.message,
    'Cannot subscribe to "#" as module "x": found the right to subscribe to ' +
      '"a.#"; expected one that takes in every topic of "#"',
  );
  assert.equal(spy.hint, 'the line Or subscribe to "a.#".');
  assert.equal(
    having({ request: [] }).forbidden("request", "c").message,
    'Cannot make a request on "c" as module "x": ' +
      'found no right to make a request on anything; expected one to "c"',
  );
});

Deno.test("A7 an invalid topic is INVALID_TOPIC whatever the rights", () => {
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

function having(lists: Partial<BusRights>): Rights {
  const none = {
    publish: undefined,
    subscribe: undefined,
    request: undefined,
    handle: undefined,
    groups: undefined,
  };
  return new Rights("x", { ...none, ...lists }, HINT);
}

Deno.test("KnownTopics tests a topic that passes once, and a topic that does not each time", () => {
  const tested: string[] = [];
  const known = new KnownTopics((topic) => {
    tested.push(topic);
    return topic === "good";
  });
  for (let i = 0; i < 2; i++) {
    assert(known.has("good"));
    assert(!known.has("bad"));
  }
  assert.deepEqual(tested, ["good", "bad", "bad"]);
});

Deno.test("KnownTopics forgets all topics when it is full", () => {
  let tests = 0;
  const known = new KnownTopics(() => ++tests > 0);
  for (let i = 0; i < 16_385; i++) known.has(`topic.${i}`);
  known.has("topic.16384");
  assert.equal(tests, 16_385);
  known.has("topic.0");
  assert.equal(tests, 16_386);
});

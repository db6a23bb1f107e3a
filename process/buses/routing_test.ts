import assert from "node:assert/strict";
import {
  type BusSubscribeOptions,
  CaryatidError,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import { type ExhaustedDelivery, InMemoryBus } from "@caryatid/sdk/bus";
import { RefusingBus } from "../testing/refusing_bus.ts";
import { RoutingBus } from "./routing.ts";

function twoBuses(routes: [string, ...string[]][]) {
  const a = new InMemoryBus();
  const b = new InMemoryBus();
  const bus = new RoutingBus(
    routes.map(([pattern, ...buses]) => ({ pattern, buses })),
    new Map([["a", a], ["b", b]]),
  );
  return { a, b, bus };
}

async function take(
  subscription: Subscription,
  n: number,
): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  for await (const delivery of subscription) {
    if (taken.push(delivery) === n) break;
  }
  return taken;
}

const topics = (deliveries: Delivery[]) => deliveries.map(({ topic }) => topic);

Deno.test("A8 a pattern subscribes on every bus that may carry its topics", async () => {
  const { bus } = twoBuses([["a.b", "a"], ["#", "b"]]);
  await using _ = bus;
  const narrow = bus.subscribe("a.*");
  const all = bus.subscribe("#");
  for (const topic of ["a.b", "a.c", "x", "a.b"]) await bus.publish(topic, 1);
  assert.deepEqual(topics(await take(narrow, 3)).sort(), ["a.b", "a.b", "a.c"]);
  assert.deepEqual(topics(await take(all, 4)).sort(), [
    "a.b",
    "a.b",
    "a.c",
    "x",
  ]);
});

Deno.test("the first matching route is used", async () => {
  const { a, b, bus } = twoBuses([["x.#", "a"], ["x.y", "b"], ["#", "b"]]);
  await using _ = bus;
  const onA = a.subscribe("#");
  const onB = b.subscribe("#");
  await bus.publish("x.y", 1);
  await bus.publish("z", 2);
  assert.deepEqual(topics(await take(onA, 1)), ["x.y"]);
  assert.deepEqual(topics(await take(onB, 1)), ["z"]);
});

Deno.test("health() of a pattern has the buses of the routes that may carry its topics, and no others", () => {
  const { bus } = twoBuses([["x.#", "a"], ["x.y", "b"], ["#", "b"]]);
  const busesOf = (pattern?: string) => bus.health(pattern).map(({ id }) => id);
  assert.deepEqual(busesOf("x.y"), ["a"]);
  assert.deepEqual(busesOf("x.*"), ["a"]);
  assert.deepEqual(busesOf("z"), ["b"]);
  assert.deepEqual(busesOf("*.y"), ["a", "b"]);
  assert.deepEqual(busesOf("x".repeat(255)), ["b"]);
  assert.deepEqual(busesOf("x".repeat(256)), []);
  assert.deepEqual(busesOf(), ["a", "b"]);
});

Deno.test("A9 a route to two buses gives a subscriber one copy", async () => {
  const { a, b, bus } = twoBuses([["end", "b"], ["#", "a", "b"]]);
  await using _ = bus;
  const received = bus.subscribe("#", { queueSize: 2_000 });
  const copies = [a, b].map((bus) => bus.subscribe("n", { queueSize: 2_000 }));
  for (let n = 0; n < 1_000; n++) await bus.publish("n", n);
  const got = (await take(received, 1_000)).map(({ message }) => message);
  assert.deepEqual(got, Array.from({ length: 1_000 }, (_, n) => n));
  for (const copy of copies) assert.equal(copy.queued, 1_000);
});

Deno.test("messages of another process outside of the routes are not delivered and delay no subscriber", async (t) => {
  const given = { "alone": {}, "in a group": { group: "g" } };
  for (const [how, options] of Object.entries(given)) {
    await t.step(how, async () => {
      const { b, bus } = twoBuses([["a.#", "a", "b"], ["b.#", "b"]]);
      await using _ = bus;
      const received = bus.subscribe("#", options);
      for (const topic of ["c", "b.c"]) await b.publish(topic, 1);
      assert.deepEqual(topics(await take(received, 1)), ["b.c"]);
    });
  }
});

Deno.test("A9 the copies of a publish have one id on all buses", async () => {
  const { a, b, bus } = twoBuses([["#", "a", "b"]]);
  await using _ = bus;
  const copies = [a, b].map((bus) => bus.subscribe("t"));
  await bus.publish("t", 1);
  await bus.publish("t", 2, { id: "mine" });
  const [onA, onB] = await Promise.all(copies.map((copy) => take(copy, 2)));
  const ids = onA!.map(({ id }) => id);
  assert.deepEqual(onB!.map(({ id }) => id), ids);
  assert.equal(ids[1], "mine");
});

Deno.test("A9 a message on a local and an external bus is delivered once, without the echo", async () => {
  const local = new InMemoryBus();
  const external = new InMemoryBus();
  Object.defineProperty(external, "abilities", {
    value: { ...external.abilities, external: true },
  });
  const asked: BusSubscribeOptions[] = [];
  const subscribe = external.subscribe.bind(external);
  external.subscribe = (pattern, options = {}) => {
    asked.push(options);
    return subscribe(pattern, options);
  };
  await using bus = new RoutingBus([
    { pattern: "both", buses: ["local", "external"] },
    { pattern: "away", buses: ["external"] },
    { pattern: "here", buses: ["local"] },
  ], new Map([["local", local], ["external", external]]));
  bus.subscribe("#");
  const [{ echo, filter }] = asked as [Required<BusSubscribeOptions>];
  const on = (ask: (topic: string) => boolean) =>
    ["both", "away", "here"].filter(ask);
  assert.deepEqual(on(echo), ["away"]);
  assert.deepEqual(on(filter), ["both", "away"]);
});

Deno.test("A9 a route to two buses still asks a handler once", async () => {
  const { bus } = twoBuses([["#", "a", "b"]]);
  await using _ = bus;
  let asked = 0;
  bus.handle("ask", () => ++asked);
  assert.equal(await bus.request("ask", null), 1);
  assert.equal(asked, 1);
});

Deno.test("a group on a route to two buses gets each message once", async () => {
  const { bus } = twoBuses([["#", "a", "b"]]);
  await using _ = bus;
  const members = [1, 2].map(() => bus.subscribe("t", { group: "g" }));
  for (let n = 0; n < 10; n++) await bus.publish("t", n);
  const [one, two] = await Promise.all(members.map((m) => take(m, 5)));
  const numbers = [...one!, ...two!].map(({ message }) => message as number);
  assert.deepEqual(numbers.sort((x, y) => x - y), [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]);
});

Deno.test("A10 a topic without a route is an error, not silence", async (t) => {
  const { bus } = twoBuses([["x.#", "a"]]);
  await using _ = bus;
  const refused = {
    code: "NO_ROUTE",
    hint: /\[\[message-router\.route\]\]/,
  };
  await t.step("publish and request reject with NO_ROUTE", async () => {
    await assert.rejects(bus.publish("y", 1), refused);
    await assert.rejects(bus.request("y", 1), refused);
  });
  await t.step("subscribe and handle throw NO_ROUTE", () => {
    assert.throws(() => bus.subscribe("y.#"), refused);
    assert.throws(() => bus.handle("y", () => 1), refused);
  });
  await t.step("a route to an unknown bus throws NO_ROUTE", () => {
    assert.throws(
      () => new RoutingBus([{ pattern: "#", buses: ["c"] }], new Map()),
      { code: "NO_ROUTE" },
    );
  });
});

Deno.test("A10 publish rejects when one bus of two refuses, and names the bus that accepted", async () => {
  const good = new InMemoryBus();
  const bad = new RefusingBus(
    new CaryatidError("BUS_UNAVAILABLE", "no broker"),
  );
  await using bus = new RoutingBus(
    [{ pattern: "#", buses: ["good", "bad"] }],
    new Map([["good", good], ["bad", bad]] as const),
  );
  const received = good.subscribe("t");
  await assert.rejects(bus.publish("t", 1), {
    code: "BUS_UNAVAILABLE",
    message: /bus bad refused it \(no broker\), accepted by good/,
  });
  assert.equal((await take(received, 1))[0]!.message, 1);
});

Deno.test("a request takes the route of its topic, or of its request topic", async () => {
  for (const pattern of ["ask", "ask.#", "ask._request.*"]) {
    const { a, bus } = twoBuses([[pattern, "a"], ["#", "b"]]);
    await using _ = bus;
    bus.handle("ask", () => "routed");
    assert.equal(await a.request("ask", null), "routed", pattern);
    assert.equal(await bus.request("ask", null), "routed", pattern);
  }
});

Deno.test("a request tries the buses of its route in turn, and ends in NO_HANDLER", async () => {
  const { a, b, bus } = twoBuses([["#", "a", "b"]]);
  await using _ = bus;
  await assert.rejects(bus.request("ask", null), { code: "NO_HANDLER" });
  b.handle("ask", () => "b");
  assert.equal(await bus.request("ask", null), "b");
  a.handle("ask", () => "a");
  assert.equal(await bus.request("ask", null), "a");
});

Deno.test("a request whose handler failed is not repeated on the next bus", async () => {
  const { a, b, bus } = twoBuses([["#", "a", "b"]]);
  await using _ = bus;
  let asked = 0;
  a.handle("ask", () => Promise.reject(new Error("no")));
  b.handle("ask", () => ++asked);
  await assert.rejects(bus.request("ask", null), { code: "HANDLER_FAILED" });
  assert.equal(asked, 0);
});

Deno.test("B5 a request has its own timeout, else that of the router", async () => {
  const a = new InMemoryBus();
  await using bus = new RoutingBus(
    [{ pattern: "#", buses: ["a"] }],
    new Map([["a", a]]),
    { requestTimeout: 20 },
  );
  bus.handle("never", () => new Promise(() => {}));
  await assert.rejects(bus.request("never", null), {
    code: "REQUEST_TIMEOUT",
    message: /20 ms/,
  });
  await assert.rejects(bus.request("never", null, { headers: {} }), {
    code: "REQUEST_TIMEOUT",
    message: /20 ms/,
  });
  await assert.rejects(bus.request("never", null, { timeout: 30 }), {
    code: "REQUEST_TIMEOUT",
    message: /30 ms/,
  });
});

Deno.test("A16 a group over two buses does not redeliver messages that two loops have finished", async () => {
  const { bus } = twoBuses([["x", "a"], ["#", "b"]]);
  await using _ = bus;
  const member = bus.subscribe("#", { group: "g" });
  const loops = [1, 2].map(() => member[Symbol.asyncIterator]());
  const first = loops.map((loop) => loop.next());
  for (const n of [1, 2]) await bus.publish("x", n);
  await Promise.all(first);
  const waiting = loops.map((loop) => loop.next()); // both steps are done
  const other = bus.subscribe("#", { group: "g" });
  await member.close();
  await bus.publish("x", 3);
  assert.deepEqual((await take(other, 1)).map(({ message }) => message), [3]);
  for (const loop of waiting) assert((await loop).done);
});

Deno.test("A20 over two buses, the loop that changed a message receives the error", async () => {
  const a = new InMemoryBus({ freeze: true });
  const bus = new RoutingBus(
    [{ pattern: "x", buses: ["a"] }, { pattern: "#", buses: ["b"] }],
    new Map([["a", a], ["b", new InMemoryBus()]]),
  );
  await using _ = bus;
  const loop = bus.subscribe("#")[Symbol.asyncIterator]();
  await bus.publish("x", new Uint8Array(1));
  const { value } = await loop.next();
  (value!.message as Uint8Array)[0] = 1;
  await bus.publish("y", 1);
  const reported = [loop.next(), loop.next()].map((step) =>
    step.then(({ value }) => value!.topic, ({ code }) => code)
  );
  assert.deepEqual((await Promise.all(reported)).sort(), [
    "MESSAGE_MUTATED",
    "y",
  ]);
});

Deno.test("A15 in a group over two buses, only the delivery whose handling failed counts as an attempt", async () => {
  const buses = new Map(["a", "b"].map((id) => {
    const given: string[] = [];
    const onExhausted = ({ topic, cause }: ExhaustedDelivery) =>
      given.push(`${topic}: ${cause}`);
    return [id, { bus: new InMemoryBus({ onExhausted }), given }];
  }));
  const bus = new RoutingBus(
    [{ pattern: "x", buses: ["a"] }, { pattern: "#", buses: ["b"] }],
    new Map([...buses].map(([id, { bus }]) => [id, bus])),
  );
  await using _ = bus;
  const options = { group: "g", retry: { attempts: 1 } };
  const member = bus.subscribe("#", options);
  const other = bus.subscribe("#", options);
  for (const topic of ["x", "y"]) await bus.publish(topic, 1);
  const loop = member[Symbol.asyncIterator]();
  assert.equal((await loop.next()).value?.topic, "x");
  // while y has come as far as the merged subscription
  await loop.throw!(new Error("failed"));
  assert.deepEqual(topics(await take(other, 1)), ["y"]);
  assert.deepEqual(buses.get("a")!.given, ["x: failed"]);
  // That loop was left, too.
  const end = ["y: a loop ended once before its step was done"];
  assert.deepEqual(buses.get("b")!.given, end);
});

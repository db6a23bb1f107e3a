import assert from "node:assert/strict";
import { Bag } from "./bag.ts";

const named = (name: string) => ({ name, place: -1 });

Deno.test("a bag holds what was put in and not taken out, whatever the order", () => {
  const bag = new Bag<ReturnType<typeof named>>();
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const one of [a, b, c]) bag.add(one);

  assert.equal(bag.delete(a), true);
  assert.deepEqual([...bag].map(({ name }) => name).sort(), ["b", "c"]);
  assert.equal(bag.delete(a), false);
  assert.equal(bag.delete(c), true);
  assert.equal(bag.delete(b), true);
  assert.equal(bag.size, 0);

  bag.add(a);
  assert.deepEqual([...bag], [a]);
});

Deno.test("who goes through a bag may take out whatever is in it", () => {
  const bag = new Bag<ReturnType<typeof named>>();
  for (const name of ["a", "b", "c"]) bag.add(named(name));
  const seen: string[] = [];
  for (const one of bag) {
    seen.push(one.name);
    bag.delete(one);
  }
  assert.deepEqual(seen, ["a", "b", "c"]);
  assert.equal(bag.size, 0);
});

Deno.test("a bag doesn't take out what is in another one", () => {
  const [mine, other] = [new Bag(), new Bag()];
  const one = { place: -1 };
  mine.add({ place: -1 });
  other.add(one);
  assert.equal(mine.delete(one), false);
  assert.deepEqual([mine.size, other.size], [1, 1]);
});

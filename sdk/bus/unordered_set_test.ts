import assert from "node:assert/strict";
import { UnorderedSet } from "./collections.ts";

const named = (name: string) => ({ name, position: -1 });

Deno.test("UnorderedSet holds the items that were added and not deleted", () => {
  const set = new UnorderedSet<ReturnType<typeof named>>();
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const one of [a, b, c]) set.add(one);

  assert.equal(set.delete(a), true);
  assert.deepEqual([...set].map(({ name }) => name).sort(), ["b", "c"]);
  assert.equal(set.delete(a), false);
  assert.equal(set.delete(c), true);
  assert.equal(set.delete(b), true);
  assert.equal(set.size, 0);

  set.add(a);
  assert.deepEqual([...set], [a]);
});

Deno.test("an iteration over UnorderedSet visits every item while items are deleted", () => {
  const set = new UnorderedSet<ReturnType<typeof named>>();
  for (const name of ["a", "b", "c"]) set.add(named(name));
  const seen: string[] = [];
  for (const one of set) {
    seen.push(one.name);
    set.delete(one);
  }
  assert.deepEqual(seen, ["a", "b", "c"]);
  assert.equal(set.size, 0);
});

Deno.test("delete keeps an item of another UnorderedSet", () => {
  const [mine, other] = [new UnorderedSet(), new UnorderedSet()];
  const one = { position: -1 };
  mine.add({ position: -1 });
  other.add(one);
  assert.equal(mine.delete(one), false);
  assert.deepEqual([mine.size, other.size], [1, 1]);
});

import assert from "node:assert/strict";
import { BindingTurns, type BoundQueue } from "./binding_turns.ts";

class Queue implements BoundQueue {
  readonly consumer = { received: 0, rebind: () => Promise.resolve() };
  readonly canary;

  constructor(readonly name: string, group = false) {
    this.canary = group ? { name, canary: name, boundAt() {} } : undefined;
  }
}

/** Returns the names of the queues that are bound in a turn, and checked. */
function namesOf(
  turns: BindingTurns,
  queues: readonly Queue[],
): { bound: string[]; checked: string[] } {
  const { consumers, canaries } = turns.next(queues);
  return {
    bound: consumers.map((consumer) =>
      queues.find((it) => it.consumer === consumer)!.name
    ),
    checked: canaries.map(({ name }) => name),
  };
}

function queuesNamed(count: number, group = false): Queue[] {
  return Array.from({ length: count }, (_, i) => new Queue(`q${i}`, group));
}

Deno.test("BindingTurns binds idle queues one after the other, three operations each time", () => {
  const turns = new BindingTurns();
  const queues = queuesNamed(7);
  const bound = () => namesOf(turns, queues).bound;
  assert.deepEqual(bound(), ["q0", "q1", "q2"]);
  assert.deepEqual(bound(), ["q3", "q4", "q5"]);
  assert.deepEqual(bound(), ["q6", "q0", "q1"]);
});

Deno.test("BindingTurns takes idle groups in turns, and never more than three operations", () => {
  const turns = new BindingTurns();
  const queues = queuesNamed(4, true);
  const counts = { bound: new Map<string, number>(), checked: new Map() };
  const add = (counted: Map<string, number>, names: string[]) => {
    for (const name of names) counted.set(name, 1 + (counted.get(name) ?? 0));
  };
  for (let n = 0; n < 12; n++) {
    const { bound, checked } = namesOf(turns, queues);
    assert(2 * bound.length + checked.length <= 3);
    add(counts.bound, bound);
    add(counts.checked, checked);
  }
  for (const { name } of queues) {
    assert(counts.bound.get(name)! >= 2, `bound: ${counts.bound.get(name)}`);
    assert(counts.checked.get(name)! >= 2);
  }
});

Deno.test("BindingTurns binds a queue that receives messages every second turn, and at once when it falls silent", () => {
  const turns = new BindingTurns();
  const [busy, ...idle] = queuesNamed(100);
  const queues = [...idle, busy!];
  const isBound = (received: number) => {
    busy!.consumer.received += received;
    return namesOf(turns, queues).bound.includes(busy!.name);
  };
  isBound(0);
  const outcomes = [5, 5, 5, 5].map(isBound);
  assert.equal(outcomes.filter((bound) => bound).length, 2);
  assert(isBound(0));
});

Deno.test("BindingTurns bounds the operations for queues that receive messages", () => {
  const turns = new BindingTurns();
  const queues = queuesNamed(500);
  namesOf(turns, queues);
  for (const { consumer } of queues) consumer.received++;
  const first = namesOf(turns, queues).bound;
  assert(first.length <= 53, `${first.length}`);
  for (const { consumer } of queues) consumer.received++;
  const second = namesOf(turns, queues).bound;
  assert(first.every((name) => !second.includes(name)));
});

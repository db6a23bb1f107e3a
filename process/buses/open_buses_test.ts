import {
  CaryatidError,
  type MessageBus,
  type OpenOptions,
} from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "./in_memory.ts";
import { RoutingBus } from "./routing.ts";

/** A route to two buses: one in memory, and one that opens as it is told. */
function routing(open: (options?: OpenOptions) => Promise<void>): RoutingBus {
  const other: MessageBus = new InMemoryBus();
  other.open = open;
  const buses = new Map([["memory", new InMemoryBus()], ["other", other]]);
  return new RoutingBus([{ pattern: "#", buses: ["memory", "other"] }], buses);
}

Deno.test("open() names the bus that can't be opened, and keeps its code, reason and hint", async () => {
  const hint = "look at it";
  const refusal = new CaryatidError("BUS_UNAVAILABLE", "Cannot connect: no", {
    hint,
  });
  await using bus = routing(() => Promise.reject(refusal));
  await assert.rejects(bus.open(), {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot open bus "other": it cannot connect: no',
    hint,
    cause: refusal,
  });
});

Deno.test("open() gives a bus the signal, and what that says then is the reason", async () => {
  const giveUp = new AbortController();
  await using bus = routing(({ signal } = {}) => {
    const { promise, reject } = Promise.withResolvers<void>();
    signal!.addEventListener("abort", () => reject(new Error("nobody there")));
    return promise;
  });
  const opening = bus.open({ signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(opening, {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot open bus "other": nobody there',
  });
});

Deno.test("open() gives up a bus that doesn't mind the signal", async () => {
  await using bus = routing(() => new Promise(() => {}));
  await assert.rejects(bus.open({ signal: AbortSignal.abort() }), {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot open bus "other": it isn\'t open yet',
  });
});

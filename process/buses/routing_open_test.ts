import {
  CaryatidError,
  type MessageBus,
  type OpenOptions,
} from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "./routing.ts";

/**
 * A route to two buses: one in memory, and one whose opening the test controls.
 */
function routing(open: (options?: OpenOptions) => Promise<void>): RoutingBus {
  const other: MessageBus = new InMemoryBus();
  other.open = open;
  const buses = new Map<string, MessageBus>([
    ["memory", new InMemoryBus()],
    ["other", other],
  ]);
  return new RoutingBus([{ pattern: "#", buses: ["memory", "other"] }], buses);
}

Deno.test("open names the bus that cannot be opened, and keeps its code, reason and hint", async () => {
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

Deno.test("open passes the signal to a bus, and rejects with its reason", async () => {
  const giveUp = new AbortController();
  await using bus = routing(({ signal } = {}) => {
    const { promise, reject } = Promise.withResolvers<void>();
    signal!.addEventListener("abort", () => reject(new Error("no answer")));
    return promise;
  });
  const opening = bus.open({ signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(opening, {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot open bus "other": no answer',
  });
});

Deno.test("open rejects with BUS_UNAVAILABLE when a bus ignores the signal", async () => {
  await using bus = routing(() => new Promise(() => {}));
  await assert.rejects(bus.open({ signal: AbortSignal.abort() }), {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot open bus "other": it is not open yet',
  });
});

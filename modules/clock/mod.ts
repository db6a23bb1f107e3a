/**
 * Module `clock`: publishes the time at regular intervals.
 *
 * Its keys set the times of the ticks; the README describes them.
 *
 * @example Count the ticks of a second
 * ```ts
 * import clock, { type Tick } from "@caryatid/modules/clock";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using test = await testModule(clock, { period: 0.25 });
 * await test.advance(1_000);
 * const ticks = test.bus.published.map(({ message }) => message as Tick);
 * assert.deepEqual(ticks.map(({ number }) => number), [0, 1, 2, 3, 4]);
 * ```
 *
 * @module
 */
export { default, type Tick } from "./clock.ts";

/**
 * Tests a bus against the contract, with `node:test`. Only Deno measures times,
 * which a busy machine changes.
 */
import { InMemoryBus } from "@caryatid/process";
import { busConformance } from "@caryatid/sdk/testing";

const SLOWER_LOOP =
  "A24 endless publishing to a slower loop lets a 10 ms timer through in 100 ms";

busConformance("in-memory", () => Promise.resolve(new InMemoryBus()), {
  scale: 0.1,
  skip: {
    B5: "300 ms, give or take 100",
    [SLOWER_LOOP]: "60 to 90 of its 100 ms on Node 22, with other work",
  },
});

/** Tests a bus against the contract, with `node:test`. */
import { InMemoryBus } from "@caryatid/process";
import { busConformance } from "@caryatid/sdk/testing";

busConformance("in-memory", () => Promise.resolve(new InMemoryBus()), {
  scale: 0.1,
  skip: { B5: "what is late on a busy machine is measured once, on Deno" },
});

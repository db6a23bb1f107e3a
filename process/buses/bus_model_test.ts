import { InMemoryBus } from "@caryatid/sdk/bus";
import { busModelTest } from "../../tests/support/bus_model.ts";
import { RoutingBus } from "./routing.ts";

/** `deno task test:soak` does more runs. */
const RUNS = Deno.env.has("CARYATID_SOAK") ? 2_000 : 100;

busModelTest(
  "the in-memory bus",
  () => Promise.resolve(new InMemoryBus()),
  RUNS,
);

busModelTest(
  "routing to two buses",
  () =>
    Promise.resolve(
      new RoutingBus(
        [{ pattern: "a.*", buses: ["a"] }, { pattern: "#", buses: ["b"] }],
        new Map([["a", new InMemoryBus()], ["b", new InMemoryBus()]]),
      ),
    ),
  RUNS,
);

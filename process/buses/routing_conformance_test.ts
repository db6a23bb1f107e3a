import { busConformance } from "@caryatid/sdk/testing";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "./routing.ts";

function routing(...routes: [pattern: string, ...buses: string[]][]) {
  return () =>
    Promise.resolve(
      new RoutingBus(
        routes.map(([pattern, ...buses]) => ({ pattern, buses })),
        new Map([["a", new InMemoryBus()], ["b", new InMemoryBus()]]),
      ),
    );
}

busConformance("Routing to one bus", routing(["#", "a"]));
busConformance("Routing to two buses", routing(["*.#.x", "b"], ["#", "a"]));
busConformance(
  "Routing split by length",
  routing(["*", "a"], ["*.*", "a"], [
    "#",
    "b",
  ]),
);
busConformance("A route to two buses at once", routing(["#", "a", "b"]));

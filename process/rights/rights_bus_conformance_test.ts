import { busConformance } from "@caryatid/sdk/testing";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { Rights } from "./rights.ts";
import { RightsBus } from "./rights_bus.ts";

const ALL = ["#"];

busConformance("RightsBus around InMemoryBus, with all rights", () => {
  const rights = {
    publish: ALL,
    subscribe: [...ALL, "#._response.*"],
    request: ALL,
    handle: ALL,
    groups: ["*"],
  };
  const bus = new RightsBus(
    new InMemoryBus(),
    new Rights("x", rights, () => ""),
  );
  return Promise.resolve(bus);
});

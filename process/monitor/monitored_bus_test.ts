import { busConformance } from "@caryatid/sdk/testing";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { ModuleMonitor } from "./module_monitor.ts";

busConformance(
  "A bus that is monitored",
  () =>
    Promise.resolve(
      new ModuleMonitor(undefined).watch("any", new InMemoryBus()),
    ),
);

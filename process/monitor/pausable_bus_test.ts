import { InMemoryBus } from "@caryatid/sdk/bus";
import { busConformance } from "@caryatid/sdk/testing";
import { PausableBus } from "./pausable_bus.ts";
import { PauseGate } from "./pause_gate.ts";

busConformance(
  "A bus that can be paused",
  () => Promise.resolve(new PausableBus(new InMemoryBus(), new PauseGate())),
);

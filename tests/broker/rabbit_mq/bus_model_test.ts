import { busModelTest } from "../../support/bus_model.ts";
import { openBus } from "../open_bus.ts";
import { withBroker } from "../shared_broker.ts";

/** `deno task test:soak` does more runs. */
const RUNS = Deno.env.has("CARYATID_SOAK") ? 100 : 10;

withBroker("F7 the RabbitMQ bus behaves as its model", (broker) => {
  busModelTest("the RabbitMQ bus", () => openBus({ ...broker() }), RUNS);
});

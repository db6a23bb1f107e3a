import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { chosenHalves } from "../halves.ts";
import publisher from "./publisher.ts";
import publishing from "./publisher.toml" with { type: "text" };
import shared from "./rabbitmq.toml" with { type: "text" };
import subscriber from "./subscriber.ts";
import listening from "./subscriber.toml" with { type: "text" };

const halves = { subscriber: listening, publisher: publishing };

await Process.main({
  config: [shared, ...chosenHalves(halves)],
  modules: [subscriber, publisher],
  buses: [rabbitMq],
});

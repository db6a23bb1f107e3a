import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { chosenHalves } from "../halves.ts";
import shared from "./rabbitmq.toml" with { type: "text" };
import requester from "./requester.ts";
import asking from "./requester.toml" with { type: "text" };
import responder from "./responder.ts";
import answering from "./responder.toml" with { type: "text" };

const halves = { responder: answering, requester: asking };

await Process.main({
  config: [shared, ...chosenHalves(halves)],
  modules: [responder, requester],
  buses: [rabbitMq],
});

import clock from "@caryatid/modules/clock";
import spy from "@caryatid/modules/spy";
import { Process } from "@caryatid/process";
import publisher from "./publisher.ts";
import subscriber from "./subscriber.ts";
import config from "./typed.toml" with { type: "text" };

await Process.main({ config, modules: [subscriber, publisher, clock, spy] });

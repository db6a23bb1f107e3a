import { Process } from "@caryatid/process";
import config from "./multi.toml" with { type: "text" };
import publisher from "./publisher.ts";
import subscriber from "./subscriber.ts";

await Process.main({ config, modules: [subscriber, publisher] });

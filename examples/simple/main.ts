import { Process } from "@caryatid/process";
import publisher from "./publisher.ts";
import config from "./simple.toml" with { type: "text" };
import subscriber from "./subscriber.ts";

await Process.main({ config, modules: [publisher, subscriber] });

import { Process } from "@caryatid/process";
import config from "./performance.toml" with { type: "text" };
import publisher from "./publisher.ts";
import subscriber from "./subscriber.ts";

await Process.main({ config, modules: [publisher, subscriber] });

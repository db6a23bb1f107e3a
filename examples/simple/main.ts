import { Process } from "@caryatid/process";
import config from "./caryatid.toml" with { type: "text" };
// The configuration imports these. What the program itself has imported needs no permission to be read.
import "./publisher.ts";
import "./subscriber.ts";

await Process.main({ config, base: import.meta.url });

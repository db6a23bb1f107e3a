import clock from "@caryatid/modules/clock";
import spy from "@caryatid/modules/spy";
import { Process } from "@caryatid/process";
import config from "./caryatid.toml" with { type: "text" };
// The configuration imports these files. They need no read permission, because
// the program has imported them.
import "./publisher.ts";
import "./subscriber.ts";

await Process.main({ config, base: import.meta.url, modules: [clock, spy] });

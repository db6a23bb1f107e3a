import spy from "@caryatid/modules/spy";
import { Process } from "@caryatid/process";
import shop from "./shop.ts";
import config from "./spy.toml" with { type: "text" };

await Process.main({ config, modules: [shop, spy] });

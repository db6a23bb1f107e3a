import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import greeter from "./greeter.ts";
import config from "./haskell.toml" with { type: "text" };

await Process.main({ config, modules: [greeter], buses: [rabbitMq] });

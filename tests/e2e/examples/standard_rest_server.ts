import { Process } from "@caryatid/process";

/** Neither registered nor imported: found by its class. */
await Process.main({ config: { module: { "rest-server": { port: 0 } } } });

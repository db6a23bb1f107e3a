import { Process } from "@caryatid/process";

/**
 * Runs a standard module that is neither registered nor imported, but found by
 * class.
 */
await Process.main({ config: { module: { "rest-server": { port: 0 } } } });

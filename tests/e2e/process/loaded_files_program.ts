/**
 * Runs a process with the configuration in its argument (JSON), and prints the
 * files that it loads.
 *
 * @module
 */
import { registerHooks } from "node:module";

const files = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    files.add(resolved.url);
    return resolved;
  },
});

const name = "@caryatid/process"; // not literal, so that the hook sees it
const { Process } = await import(name);
const process = await Process.create({ config: JSON.parse(Deno.args[0]!) });
await process.start();
await process.context.publish("a", 1);
await process.stop();
// deno-lint-ignore no-console -- it is the program's output
for (const file of files) console.log(file);

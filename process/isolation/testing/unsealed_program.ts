/**
 * Host with a worker that cannot be sealed, because this program may not run
 * Deno. Prints what the worker imports, as JSON.
 */
import { Process } from "@caryatid/process";

const late = new URL("./guests/imported/word.ts", import.meta.url).href;
const host = await Process.create({
  config: {
    log: { level: "warn" },
    module: {
      guest: {
        import: "./guests/imports.ts",
        isolation: "worker",
        late,
        permissions: { handle: ["#"] },
      },
    },
  },
  base: import.meta.url,
});
await host.start();
const { context } = host;
const said: Record<string, unknown> = {};
for (const name of ["early", "data", "late"]) {
  said[name] = await context.request(name, 1)
    .catch(({ message }: Error) => message);
}
await host.stop();
// deno-lint-ignore no-console -- its parent reads the line
console.log(JSON.stringify(said));

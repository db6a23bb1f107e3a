/**
 * A program in memory. It says which AMQP or CBOR packages are loaded in the
 * end; an argument is imported first.
 */
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";
import { createRequire } from "node:module";

const write = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

if (Deno.args[0] !== undefined) await import(Deno.args[0]);
await using process = await Process.create({
  config: { module: { answerer: {} }, log: { level: "error" } },
  modules: [
    defineModule({
      name: "answerer",
      init: (context) => void context.handle("ask", () => 42),
    }),
  ],
});
await process.start();
write(`answered ${await process.context.request("ask", null)}`);
const loaded = Object.keys(createRequire(import.meta.url).cache)
  .filter((file) => /amqplib|cbor/.test(file));
write(`loaded: ${loaded.join(" ") || "none"}`);

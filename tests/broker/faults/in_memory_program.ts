/**
 * Program with an in-memory bus. It prints the AMQP and CBOR packages that are
 * loaded at its end. It first imports its argument.
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

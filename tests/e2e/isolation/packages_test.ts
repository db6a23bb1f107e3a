import assert from "node:assert/strict";
import { Process } from "@caryatid/process";

/** Packages as dependencies of a guest, with a use that needs no server. */
const PACKAGES = [
  {
    name: "amqplib",
    grants: { net: ["127.0.0.1:1"] },
    code: `import amqp from "amqplib";
      const use = () => amqp.connect("amqp://127.0.0.1:1").then(
        () => "connected", (error) => error.code);`,
    result: "ECONNREFUSED",
  },
  {
    name: "postgres",
    grants: { net: ["127.0.0.1:1"], env: ["PG*"] },
    code: `import postgres from "postgres";
      const sql = postgres("postgres://u:p@127.0.0.1:1/d", { connect_timeout: 5 });
      const use = () => sql\`select 1\`.then(
        () => "connected", (error) => error.code);`,
    result: "ECONNREFUSED",
  },
  {
    name: "undici",
    grants: { net: ["127.0.0.1:1"], env: ["UNDICI_*"] },
    code: `import { request } from "undici";
      const use = () => request("http://127.0.0.1:1/").then(
        () => "connected", (error) => error.code);`,
    result: "ECONNREFUSED",
  },
  {
    name: "zod",
    grants: {},
    code: `import { z } from "zod";
      const use = () => z.object({ a: z.number() }).safeParse({ a: 1 }).success;`,
    result: true,
  },
  {
    name: "hono",
    grants: {},
    code: `import { Hono } from "hono";
      const app = new Hono().get("/", (c) => c.text("hello"));
      const use = async () => await (await app.request("/")).text();`,
    result: "hello",
  },
];

for (const isolation of ["worker", "process"] as const) {
  for (const { name, grants, code, result } of PACKAGES) {
    Deno.test(`in a ${isolation} a module uses the package ${name} with only its hosts and variables`, async () => {
      const folder = await Deno.makeTempDir();
      const sdk = new URL("../../../sdk/mod.ts", import.meta.url).href;
      await Deno.writeTextFile(
        `${folder}/mod.ts`,
        `import { defineModule } from ${JSON.stringify(sdk)};
        ${code}
        export default defineModule({
          name: "user",
          init: (context) => context.handle("use", use),
        });`,
      );
      await using process = await Process.create({
        config: {
          log: { level: "error" },
          module: {
            user: {
              isolation,
              import: `file://${folder}/mod.ts`,
              permissions: { handle: ["use"], ...grants },
              limits: { "start-deadline": 60 },
            },
          },
        },
      });
      await process.start();
      assert.equal(
        await process.context.request("use", 1, { timeout: 20_000 }),
        result,
      );
      await process.stop();
      await Deno.remove(folder, { recursive: true });
    });
  }
}

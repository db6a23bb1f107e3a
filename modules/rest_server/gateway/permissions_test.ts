import assert from "node:assert/strict";
import { readSection, restServerSchema } from "../config.ts";
import { permissionsFor } from "./permissions.ts";

function asked(section: Record<string, unknown>) {
  return permissionsFor(readSection(restServerSchema.parse(section)));
}

Deno.test("a server asks to listen where its section says", () => {
  assert.deepEqual(asked({}).net, ["127.0.0.1:4340"]);
  assert.deepEqual(asked({ address: "::1", port: 80 }).net, ["[::1]:80"]);
  assert.deepEqual(asked({ port: 0 }).net, ["127.0.0.1"]);
});

Deno.test("a server asks for the files and the variable that its section names, and for no others", () => {
  assert.deepEqual(asked({}).read, []);
  assert.deepEqual(asked({}).env, []);
  const { read } = asked({
    tls: { cert: "cert.pem", key: "key.pem" },
    auth: { "tokens-file": "tokens" },
    static: { folder: "public" },
  });
  assert.deepEqual(read, ["cert.pem", "key.pem", "tokens", "public"]);
  assert.deepEqual(asked({ auth: { "tokens-env": "TOKENS" } }).env, ["TOKENS"]);
});

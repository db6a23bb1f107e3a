import assert from "node:assert/strict";
import { certificateFiles, guestEnvironment } from "./environment.ts";

/** Returns the environment of a guest whose host has these variables. */
function environmentOf(
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  return guestEnvironment((name) => variables[name]);
}

Deno.test("a guest trusts the certificates that the process trusts", () => {
  const trust = {
    DENO_CERT: "/opt/company/ca.pem",
    DENO_TLS_CA_STORE: "system",
    NODE_EXTRA_CA_CERTS: "/opt/company/more.pem",
  };
  const found = environmentOf(trust);
  for (const [name, value] of Object.entries(trust)) {
    assert.equal(found[name], value);
  }
  assert.deepEqual(certificateFiles(found), [
    "/opt/company/ca.pem",
    "/opt/company/more.pem",
  ]);
});

Deno.test("a guest gets no proxy, whose address may hold a password", () => {
  const proxy = { HTTPS_PROXY: "http://user:secret@127.0.0.1:1" };
  const found = environmentOf(proxy);
  assert(!JSON.stringify(found).includes("secret"));
});

Deno.test("a guest gets no variables of the cache and the registries of its host", () => {
  const sources = {
    DENO_DIR: "/home/me/deno",
    HOME: "/home/me",
    JSR_URL: "http://127.0.0.1:1",
    NPM_CONFIG_REGISTRY: "http://127.0.0.1:1",
  };
  const found = environmentOf(sources);
  for (const name of Object.keys(sources)) assert(!(name in found), name);
});

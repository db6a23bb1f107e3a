import assert from "node:assert/strict";
import { certificateFiles, guestEnvironment } from "./environment.ts";

Deno.test("a guest trusts the certificates that the process trusts", () => {
  const trust = {
    DENO_CERT: "/opt/company/ca.pem",
    DENO_TLS_CA_STORE: "system",
    NODE_EXTRA_CA_CERTS: "/opt/company/more.pem",
  };
  const found = withEnvironment(trust, guestEnvironment);
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
  const found = withEnvironment(proxy, guestEnvironment);
  assert(!JSON.stringify(found).includes("secret"));
});

Deno.test("a guest gets no variables of the cache and the registries of its host", () => {
  const sources = {
    DENO_DIR: "/home/me/deno",
    HOME: "/home/me",
    JSR_URL: "http://127.0.0.1:1",
    NPM_CONFIG_REGISTRY: "http://127.0.0.1:1",
  };
  const found = withEnvironment(sources, guestEnvironment);
  for (const name of Object.keys(sources)) assert(!(name in found), name);
});

/** Calls a function while these environment variables are set. */
function withEnvironment<T>(
  variables: Record<string, string>,
  call: () => T,
): T {
  const before = Object.keys(variables)
    .map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) {
    Deno.env.set(name, value);
  }
  try {
    return call();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

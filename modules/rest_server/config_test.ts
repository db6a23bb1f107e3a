import assert from "node:assert/strict";
import { readSection, restServerSchema } from "./config.ts";
import { RestProcess } from "./testing/rest_process.ts";

Deno.test("a server without any key listens on 127.0.0.1:4340, with the topic rest", () => {
  const config = readSection(restServerSchema.parse({}));
  assert.deepEqual(config, {
    address: "127.0.0.1",
    port: 4340,
    topic: "rest",
    variant: false,
    dots: "escape",
    requestTimeout: undefined,
    bodyTimeout: 30_000,
    drainTimeout: 5_000,
    maxBodySize: 16_777_216,
    maxBuffered: 67_108_864,
    maxConcurrent: 1_000,
    maxUploads: 256,
    minBodyRate: 240,
    mediaTypes: undefined,
    metrics: undefined,
    requestId: undefined,
    requestLog: "debug",
    trustedProxies: [],
    compression: false,
    health: undefined,
    hosts: undefined,
    tls: undefined,
    auth: undefined,
    rateLimit: undefined,
    cors: undefined,
    static: undefined,
    live: undefined,
    openapi: undefined,
  });
});

Deno.test("the section of a server with an invalid value is rejected with its key", async (t) => {
  const wrong: [section: Record<string, unknown>, key: RegExp][] = [
    [{ address: "example.com" }, /address.*expected an IP address/s],
    [{ port: 65_536 }, /port/],
    [{ port: "4340" }, /port/],
    [{ topic: "rest.#" }, /topic.*wildcard/s],
    [{ dots: "keep" }, /dots/],
    [{ "request-timeout": 0 }, /request-timeout/],
    [{ "max-body-size": -1 }, /max-body-size/],
    [{ "max-concurrent": 0 }, /max-concurrent/],
    [{ "media-types": ["json"] }, /media-types.*expected a media type/s],
    [{ "request-id": "a b" }, /request-id.*expected the name of a header/s],
    [{ "trusted-proxies": ["proxy"] }, /trusted-proxies.*expected an IP/s],
    [{ tls: { cert: "a.pem" } }, /tls/],
    [{ auth: {} }, /auth.*either tokens-file or tokens-env/s],
    [{ "rate-limit": { requests: 0 } }, /rate-limit/],
    [{ cors: { origins: [] } }, /cors/],
    [{ cors: { origins: ["https://a.b/c"] } }, /cors.*expected an origin/s],
    [
      { cors: { origins: ["*"], credentials: true } },
      /cors.*credentials need the origins by name/s,
    ],
    [{ static: { folder: "a", path: "b" } }, /static.*expected a path/s],
  ];
  for (const [section, key] of wrong) {
    await t.step(JSON.stringify(section), async () => {
      await assert.rejects(RestProcess.start(section), (error: Error) => {
        assert.equal((error as { code?: string }).code, "INVALID_CONFIG");
        assert.match(error.message, key);
        return true;
      });
    });
  }
});

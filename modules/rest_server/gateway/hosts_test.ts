import assert from "node:assert/strict";
import { hostsOf } from "./hosts.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const HELLO: NonNullable<Parameters<typeof RestProcess.start>[1]> = {
  routes: (context) => context.handle("rest.get.hello", () => ({ code: 200 })),
};

async function statusFor(server: RestProcess, host: string): Promise<number> {
  const answer = await server.exchange(
    `GET /hello HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  );
  return statusOf(answer);
}

Deno.test("a server on the loopback interface answers under loopback names only", async () => {
  await using server = await RestProcess.start({ hosts: undefined }, HELLO);
  const { port } = server;
  for (
    const host of [
      "localhost",
      "LOCALHOST",
      `localhost:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port}`,
      `[::1]:${port}`,
    ]
  ) assert.equal(await statusFor(server, host), 200, host);
  for (
    const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil",
      "a",
    ]
  ) assert.equal(await statusFor(server, host), 421, host);
  assert.equal(await statusFor(server, "a/hello?"), 400);
});

Deno.test("hosts lists the accepted names, with or without a port", async () => {
  const hosts = ["shop.example", "api.example:8443"];
  await using server = await RestProcess.start({ hosts }, HELLO);
  const cases: [host: string, status: number][] = [
    ["shop.example", 200],
    ["Shop.Example:4340", 200],
    ["api.example:8443", 200],
    ["api.example", 421],
    ["api.example:1", 421],
    ["localhost", 421],
  ];
  for (const [host, status] of cases) {
    assert.equal(await statusFor(server, host), status, host);
  }
});

Deno.test("E2 a known target with another Host is checked again", async () => {
  await using server = await RestProcess.start(
    { hosts: ["a", "b"] },
    HELLO,
  );
  assert.equal(await statusFor(server, "a"), 200);
  // The platform makes the same URL of these: "http://a/hello".
  await using client = await server.connect();
  await client.send("GET /hello HTTP/1.1\r\nHost: a/hello?\r\n\r\n");
  assert.equal(statusOf(await client.response()), 400);
  const absolute = await server.exchange(
    "GET http://a/hello HTTP/1.1\r\nHost: b\r\n\r\n",
  );
  assert.equal(statusOf(absolute), 400);
  assert.equal(await statusFor(server, "c"), 421);
});

Deno.test("hostsOf() allows any name if none is configured and other machines can reach the server", () => {
  assert.equal(hostsOf(undefined, "0.0.0.0"), undefined);
  assert.equal(hostsOf(["*"], "127.0.0.1"), undefined);
  assert(hostsOf(undefined, "::1")!.has("[::1]"));
  assert(hostsOf(undefined, "127.0.0.2")!.has("127.0.0.2"));
});

import { InMemoryBus } from "@caryatid/process";
import { CaryatidError } from "@caryatid/sdk";
import { defineBus } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** A bus whose broker can go away: requests wait for it then. */
class RemoteBus extends InMemoryBus {
  away: string | undefined;

  override health(): ReturnType<InMemoryBus["health"]> {
    return this.away === undefined
      ? super.health()
      : [{ id: "", connected: false, reason: this.away }];
  }

  override request(
    ...args: Parameters<InMemoryBus["request"]>
  ): ReturnType<InMemoryBus["request"]> {
    if (this.away === undefined) return super.request(...args);
    const { signal } = args[2]!;
    return new Promise((_, reject) => {
      signal!.addEventListener(
        "abort",
        () => reject(new CaryatidError("ABORTED", "Cannot request: aborted")),
      );
    });
  }
}

const FAR_IS_DEFAULT = [
  { pattern: "rest.*.near.#", bus: "near" },
  { pattern: "#", bus: "far" },
];
const NEAR_IS_DEFAULT = [
  { pattern: "rest.*.far.#", bus: "far" },
  { pattern: "#", bus: "near" },
];

async function started(
  route = FAR_IS_DEFAULT,
): Promise<{ server: RestProcess; far: RemoteBus }> {
  let far!: RemoteBus;
  const server = await RestProcess.start({ health: "/health" }, {
    config: {
      "message-bus": { near: { class: "in-memory" }, far: { class: "remote" } },
      "message-router": { route },
    },
    buses: [defineBus({ name: "remote", create: () => far = new RemoteBus() })],
    routes: (context) => {
      context.handle("rest.get.near.a", () => ({ code: 200, body: "near" }));
      context.handle("rest.get.far.a", () => ({ code: 200, body: "far" }));
    },
  });
  return { server, far };
}

async function get(server: RestProcess, path: string): Promise<string> {
  return await server.exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
}

for (const routes of [FAR_IS_DEFAULT, NEAR_IS_DEFAULT]) {
  Deno.test(`E5 a request for a bus whose broker is away is 503 with Retry-After at once; others succeed; the default route is ${routes[1]!.bus}`, async () => {
    using _logs = new CapturedLogs();
    const { server, far } = await started(routes);
    await using _ = server;
    assert.equal(statusOf(await get(server, "/far/a")), 200);
    far.away = "the broker has gone";
    // The first request may have been sent before.
    const took = await measureUntil((took) => took < 1_000, async () => {
      const began = performance.now();
      for (let request = 0; request < 2; request++) {
        const refused = await get(server, "/far/a");
        assert.equal(statusOf(refused), 503, refused);
        assert.match(refused, /^retry-after: 1$/im);
        assert(!refused.includes("broker"));
      }
      return performance.now() - began;
    });
    assert(took < 1_000, `${took} ms`);
    assert.equal(statusOf(await get(server, "/near/a")), 200);
    far.away = undefined;
    const mended = performance.now();
    while (statusOf(await get(server, "/far/a")) !== 200) {
      assert(performance.now() - mended < 10_000, "requests still fail");
    }
  });
}

Deno.test("E5 live reports that the process runs, ready and /health that it can serve, with the names of what is missing", async () => {
  const { server, far } = await started();
  await using _ = server;
  const statuses = async () => {
    const found = [];
    for (const path of ["/health", "/health/ready", "/health/live"]) {
      const answer = await get(server, path);
      assert.match(answer, /^cache-control: no-store$/im);
      found.push(statusOf(answer));
    }
    return found;
  };
  assert.deepEqual(await statuses(), [200, 200, 200]);
  far.away = "secret.example:5672 refuses";
  assert.deepEqual(await statuses(), [503, 503, 200]);
  const response = await server.fetch("/health/ready");
  assert.equal(response.headers.get("retry-after"), "1");
  assert.deepEqual(await response.json(), {
    status: "down",
    buses: ["far"],
    modules: [],
    queues: [],
  });
  far.away = undefined;
  assert.deepEqual(await statuses(), [200, 200, 200]);
  assert.equal(statusOf(await get(server, "/health/other")), 404);
});

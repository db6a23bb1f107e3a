import { clock, playback, record, spy } from "@caryatid/modules";
import restServer, {
  createRestServer,
  handleRoute,
  routeTopics,
} from "@caryatid/modules/rest-server";
import { defineModule, type Module, type Topics } from "@caryatid/sdk";
import { declaredTopics } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { silentProcess } from "../../../process/testing/silent_process.ts";

async function topicsOf(module: Module, section: object): Promise<Topics> {
  const result = await module.config!["~standard"].validate(section);
  assert(!result.issues);
  return declaredTopics(module, result.value)!;
}

Deno.test("standard modules declare the topics that their sections name", async (t) => {
  const cases: [module: Module, section: object, topics: Topics][] = [
    [clock, {}, { publish: ["clock.tick"] }],
    [clock, { topic: "a" }, { publish: ["a"] }],
    [spy, {}, { subscribe: ["#._response.*", "#"] }],
    [spy, { answers: false }, { subscribe: ["#"] }],
    [spy, { topic: ["a", "b.*"], requests: false }, {
      subscribe: ["a", "b.*"],
    }],
    [record, { path: "x", topic: ["a", "b"] }, { subscribe: ["a", "b"] }],
    [playback, { path: "x" }, { publish: ["#"], subscribe: [] }],
    [
      playback,
      {
        path: "x",
        only: ["a.*", "b"],
        step: "go",
        "status-topic": "how.far",
      },
      { publish: ["a.*", "b", "how.far"], subscribe: ["go"] },
    ],
    [
      playback,
      { path: "x", only: "a", topics: { a: "b" } },
      { publish: ["#"], subscribe: [] },
    ],
    [
      playback,
      { path: "x", topic: "a", only: "b" },
      { publish: ["a"], subscribe: [] },
    ],
    [
      restServer,
      { topic: "web", live: { subscribe: ["a.#"], publish: ["b"] } },
      {
        request: ["web.*.#"],
        publish: ["web._routes.wanted", "b"],
        subscribe: ["web._routes.declared", "a.#"],
      },
    ],
  ];
  for (const [module, section, topics] of cases) {
    await t.step(`${module.name} ${JSON.stringify(section)}`, async () => {
      assert.deepEqual(await topicsOf(module, section), topics);
    });
  }
});

Deno.test("routeTopics() returns the topics that handleRoute uses, and a server uses only its own", async () => {
  using logs = new CapturedLogs();
  const routes = ["GET /guests/:id", "* /files/*", "POST /"];
  const web = defineModule({
    name: "web",
    topics: routeTopics(routes),
    init(context) {
      for (const route of routes) handleRoute(context, route, () => route);
    },
  });
  let url = "";
  const server = createRestServer({
    onListen: (listening) => url = listening.url,
  });
  await using process = await silentProcess([web, server], {
    module: { "rest-server": { port: 0 } },
  });
  await process.start();
  for (const path of ["/guests/7", "/files/a/b", "/none"]) {
    await (await fetch(`${url}${path}`)).text();
  }
  await process.stop();
  const undeclared = logs.lines.filter((line) => line.includes("declare"));
  assert.deepEqual(undeclared, []);
});

Deno.test("routeTopics() follows topic and dots of the server", () => {
  assert.deepEqual(
    routeTopics(["GET /a.b"], { topic: "web", dots: "split" }),
    {
      handle: ["web.get.a.b"],
      publish: ["web._routes.declared"],
      subscribe: ["web._routes.wanted"],
    },
  );
  assert.throws(() => routeTopics(["/guests"]), { code: "INVALID_OPTION" });
});

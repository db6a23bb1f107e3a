import { testModule } from "@caryatid/sdk/testing";
import { type Context, defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { handleRoute, problem, reply, type RestResponse } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

function routes(init: (context: Context) => void) {
  return testModule(defineModule({ name: "routes", init }));
}

function question(method: string, elements: string[], more = {}) {
  return {
    method,
    path: `/${elements.join("/")}`,
    path_elements: elements,
    body: "",
    query_parameters: {},
    ...more,
  };
}

Deno.test("handleRoute() answers with what its function returns", async (t) => {
  const returned: Record<string, unknown> = {
    value: { a: [1, null] },
    null: null,
    text: "é",
    bytes: Uint8Array.of(1, 2),
    nothing: undefined,
    created: reply({ id: 7 }, {
      status: 201,
      headers: { location: "/users/7", "Content-Type": "application/x-user" },
    }),
    gone: reply(undefined, { status: 303, headers: { location: "/" } }),
    web: new Response("moved", {
      status: 418,
      headers: { "x-own": "1", "content-type": "text/x-tea" },
    }),
  };
  const wanted: Record<string, RestResponse> = {
    value: {
      code: 200,
      body: '{"a":[1,null]}',
      content_type: "application/json",
      headers: { vary: "Accept" },
    },
    null: {
      code: 200,
      body: "null",
      content_type: "application/json",
      headers: { vary: "Accept" },
    },
    text: { code: 200, body: "é", content_type: "text/plain; charset=utf-8" },
    bytes: {
      code: 200,
      body: Uint8Array.of(1, 2),
      content_type: "application/octet-stream",
    },
    nothing: { code: 204, body: "", content_type: "" },
    created: {
      code: 201,
      body: '{"id":7}',
      content_type: "application/x-user",
      headers: { location: "/users/7", vary: "Accept" },
    },
    gone: {
      code: 303,
      body: "",
      content_type: "",
      headers: { location: "/" },
    },
    web: {
      code: 418,
      body: new TextEncoder().encode("moved"),
      content_type: "text/x-tea",
      headers: { "x-own": "1" },
    },
  };
  await using module = await routes((context) =>
    handleRoute(context, "GET /:name", ({ params }) => returned[params.name])
  );
  for (const [name, answer] of Object.entries(wanted)) {
    await t.step(name, async () => {
      const asked = question("GET", [name]);
      assert.deepEqual(await module.bus.ask(`rest.get.${name}`, asked), answer);
    });
  }
});

Deno.test("handleRoute() gives the parameters of the path, typed by it", async () => {
  await using module = await routes((context) => {
    handleRoute(context, "GET /users/:id/files/*", ({ params }) => {
      const both: { readonly id: string; readonly "*": string } = params;
      return both;
    });
    handleRoute(context, { method: "PUT", path: "/a.b/:x" }, ({ params }) => {
      return params.x;
    });
  });
  const files = await module.bus.ask(
    "rest.get.users.7.files.a.b%2Ec",
    question("GET", ["users", "7", "files", "a", "b.c"]),
  );
  assert.equal((files as RestResponse).body, '{"id":"7","*":"a/b.c"}');
  const put = await module.bus.ask(
    "rest.put.a%2Eb.%25",
    question("PUT", ["a.b", "%"]),
  );
  assert.equal((put as RestResponse).body, "%");
});

Deno.test("handleRoute() follows the variant of the server", async () => {
  await using module = await routes((context) =>
    handleRoute(context, "GET /a", () => "x")
  );
  const RESTResponse = {
    code: 200,
    body: "x",
    content_type: "text/plain; charset=utf-8",
  };
  const RESTRequest = question("GET", ["a"]);
  assert.deepEqual(
    await module.bus.ask("rest.get.a", { RESTRequest }),
    { RESTResponse },
  );
  assert.deepEqual(
    await module.bus.ask("rest.get.a", RESTRequest),
    RESTResponse,
  );
});

Deno.test("handleRoute() answers a thrown problem as RFC 9457 says, and other errors without details", async () => {
  await using server = await RestProcess.start({ "request-log": "none" }, {
    routes: (context) => {
      handleRoute(context, "GET /missing", () => {
        throw problem(404, "there is no user 7", {
          type: "https://example.com/no-user",
          title: "No such user",
          extensions: { user: 7, status: 1 },
          headers: { "x-own": "1" },
        });
      });
    },
  });
  const response = await server.fetch("/missing");
  assert.equal(response.status, 404);
  assert.equal(response.headers.get("x-own"), "1");
  assert.equal(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  assert.deepEqual(await response.json(), {
    type: "https://example.com/no-user",
    title: "No such user",
    status: 404,
    detail: "there is no user 7",
    user: 7,
  });
});

Deno.test("handleRoute() serves the topic and dots of its options", async () => {
  await using server = await RestProcess.start(
    { topic: "api", dots: "split" },
    {
      routes: (context) =>
        handleRoute(context, "GET /v1.0/:name", ({ params }) => params.name, {
          topic: "api",
          dots: "split",
        }),
    },
  );
  assert.equal(await (await server.fetch("/v1.0/Ada")).text(), "Ada");
});

Deno.test("handleRoute() rejects an invalid route", async (t) => {
  await using module = await routes(() => {});
  const wrong = [
    "GET",
    "/a",
    "get /a",
    "GET a",
    "GET /a/*/b",
    "GET /:a/:a",
    "GET /:",
    "GET /:a-b",
    "GET /a?b",
    "G.T /a",
  ];
  for (const route of wrong) {
    await t.step(route, () => {
      assert.throws(
        () => handleRoute(module.context, route, () => ""),
        { code: "INVALID_OPTION" },
      );
    });
  }
});

Deno.test("a route of handleRoute() is known to a server until it is closed", async () => {
  let close = () => Promise.resolve();
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      const handling = handleRoute(context, "PUT /a", () => "");
      close = () => handling.close();
      handleRoute(context, "PUT /b", () => "");
    },
  });
  const status = async () => {
    const response = await server.fetch("/a");
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await status(), 405);
  await close();
  let last = 405;
  // The server requests routes once a second.
  while (last === 405) last = await status();
  assert.equal(last, 404);
});

import assert from "node:assert/strict";
import { encode } from "@caryatid/process/codec";
import { z } from "zod";
import { RestProcess } from "../testing/rest_process.ts";
import { defineRoute } from "./define_route.ts";
import { handleRoute } from "./handle_route.ts";

// All fields of each name were searched in all fields: that took minutes.
Deno.test("a form of 300,000 fields is read within the deadline of a test", async () => {
  await using rest = await RestProcess.start({}, {
    routes(context) {
      const large = defineRoute({
        method: "POST",
        path: "/users",
        body: z.object({ name: z.string() }),
        media: ["application/x-www-form-urlencoded"],
        maxBodySize: 10_000_000,
      });
      handleRoute(context, large, ({ body }) => body);
    },
  });
  const fields = Array.from({ length: 300_000 }, (_, i) => `a${i}=1`);
  const answer = await rest.fetch("/users", {
    method: "POST",
    body: `${fields.join("&")}&name=Ada`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { name: "Ada" });
});

Deno.test("a body over maxBodySize is a 413, and no schema reads it", async (t) => {
  let checked = 0;
  const body = z.array(z.string()).refine(() => ++checked);
  await using rest = await RestProcess.start({}, {
    routes(context) {
      for (const maxBodySize of [undefined, 20]) {
        const size = maxBodySize === undefined ? {} : { maxBodySize };
        const path = `/${maxBodySize ?? "usual"}`;
        handleRoute(
          context,
          defineRoute({ method: "POST", path, body, ...size }),
          ({ body }) => body.length,
        );
      }
    },
  });
  const cases: [path: string, body: string | Uint8Array, status: number][] = [
    ["/20", JSON.stringify(["sixteen chars ok"]), 200],
    ["/20", JSON.stringify(["seventeen chars no"]), 413],
    ["/20", JSON.stringify(["äöüäöüäö"]), 200],
    ["/20", JSON.stringify(["äöüäöüäöü"]), 413],
    ["/20", encode(["x".repeat(15)]), 200],
    ["/20", encode(["x".repeat(30)]), 413],
    ["/usual", JSON.stringify(["x".repeat(1_048_572)]), 200],
    ["/usual", JSON.stringify(["x".repeat(1_048_573)]), 413],
  ];
  let read = 0;
  for (const [path, body, status] of cases) {
    await t.step(`${path}, ${body.length} long: ${status}`, async () => {
      const type = typeof body === "string" ? "json" : "cbor";
      const answer = await rest.fetch(path, {
        method: "POST",
        body: body as BodyInit,
        headers: { "content-type": `application/${type}` },
      });
      assert.equal(answer.status, status);
      await answer.body?.cancel();
      if (status === 200) read++;
      assert.equal(checked, read);
    });
  }
});

Deno.test("defineRoute() rejects a size that is not a number of bytes", () => {
  const body = z.string();
  for (const maxBodySize of [-1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => defineRoute({ method: "POST", path: "/a", body, maxBodySize }),
      { code: "INVALID_OPTION" },
    );
  }
  assert.throws(
    () => defineRoute({ method: "POST", path: "/a", maxBodySize: 1 }),
    { code: "INVALID_OPTION" },
  );
});

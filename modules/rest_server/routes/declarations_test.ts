import { defineModule, type Handling } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { declare, wantedTopic } from "./declarations.ts";

Deno.test("a route whose handling is closed is no longer declared, and servers forget it", async () => {
  let looks = 0;
  const closed = {
    get closed() {
      looks++;
      return true;
    },
  } as Handling;
  const open = { closed: false } as Handling;
  const module = defineModule({
    name: "routes",
    init(context) {
      const route = (path: string) => ({ method: "GET", path, pattern: path });
      declare(context, "rest", { route: route("gone"), handling: closed });
      declare(context, "rest", { route: route("there"), handling: open });
    },
  });
  await using test = await testModule(module);
  for (let rounds = 0; rounds < 3; rounds++) {
    await test.settle();
    await test.bus.inject(wantedTopic("rest"), null);
  }
  await test.settle();
  const announced = test.bus.published.map(({ message }) =>
    (message as { routes: { path: string }[] }).routes.map(({ path }) => path)
  );
  assert.deepEqual(announced, Array(4).fill(["there"]));
  assert.equal(looks, 1);
});

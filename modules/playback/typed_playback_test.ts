import { defineEnum, f64, struct, unit } from "@caryatid/sdk/rust";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { TempFolder } from "../record/testing/temp_folder.ts";
import { createPlayback } from "./mod.ts";

const message = defineEnum({ None: unit, Point: struct({ x: f64 }) });

Deno.test("createPlayback() encodes a recording of Rust by the type of its messages", async () => {
  await using folder = await recorded('{"None":null}', '{"Point":{"x":2.0}}');
  const config = { path: folder.path, topic: "a" };
  await using test = await testModule(createPlayback({ message }), config);
  await test.settle();
  const [none, point] = test.bus.published.map(({ message }) => message);
  assert.deepEqual(none, { None: [] });
  const { x } = (point as { Point: { x: unknown } }).Point;
  assert(x instanceof Number, "a float, though it is whole");
  assert.equal(Number(x), 2);
});

Deno.test("createPlayback() fails with INVALID_MESSAGE and the path for a message of another type", async () => {
  await using folder = await recorded('{"None":null}', '{"Point":{"x":"2"}}');
  const config = { path: folder.path, topic: "a" };
  await using test = await testModule(createPlayback({ message }), config, {
    failures: "collect",
  });
  await test.settle();
  assert.equal(test.bus.published.length, 1);
  const [failure] = test.failures as readonly {
    code: string;
    message: string;
  }[];
  assert.equal(failure?.code, "INVALID_MESSAGE");
  assert.match(failure.message, /Point\.x: found "2"; expected an f64/);
});

Deno.test("createPlayback() sets the name of the class", () => {
  assert.equal(createPlayback({ name: "typed" }).name, "typed");
  assert.equal(createPlayback().name, "playback");
});

async function recorded(...files: readonly string[]): Promise<TempFolder> {
  const folder = await TempFolder.make();
  for (const [number, text] of files.entries()) {
    await Deno.writeTextFile(`${folder.path}/${number}.json`, text);
  }
  return folder;
}

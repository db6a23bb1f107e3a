import assert from "node:assert/strict";
import modules from "../modules/deno.json" with { type: "json" };
import sdk from "../sdk/deno.json" with { type: "json" };
import process from "./deno.json" with { type: "json" };
import { VERSION } from "./version.ts";

Deno.test("all packages have the version that a process tells", () => {
  assert.deepEqual(
    [sdk.version, process.version, modules.version],
    [VERSION, VERSION, VERSION],
  );
});

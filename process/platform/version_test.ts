import assert from "node:assert/strict";
import cli from "../../cli/deno.json" with { type: "json" };
import modules from "../../modules/deno.json" with { type: "json" };
import sdk from "../../sdk/deno.json" with { type: "json" };
import process from "../deno.json" with { type: "json" };
import { VERSION } from "./version.ts";

Deno.test("VERSION equals the version of every package", () => {
  assert.deepEqual(
    [sdk, process, cli, modules].map(({ version }) => version),
    [VERSION, VERSION, VERSION, VERSION],
  );
});

import assert from "node:assert/strict";
import { npmSettings } from "./npm_settings.ts";

Deno.test("the .npmrc of a project is named unless it may hold a secret", async () => {
  const folder = await Deno.makeTempDir();
  const project = { config: `${folder}/deno.json` } as never;
  assert.deepEqual(npmSettings(project), []);
  const found = async (text: string) => {
    await Deno.writeTextFile(`${folder}/.npmrc`, text);
    return npmSettings(project).length === 1;
  };
  assert(await found("@scope:registry=http://127.0.0.1:4781/\n"));
  assert(!await found("//registry.npmjs.org/:_authToken=secret\n"));
  assert(!await found("//a.example/:_password=secret\n"));
  assert(!await found("//a.example/:_auth=${TOKEN}\n"));
  await Deno.remove(folder, { recursive: true });
});

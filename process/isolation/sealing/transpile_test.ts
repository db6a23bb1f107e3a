import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { denoEnvironment } from "../host/environment.ts";
import type { SourceFile } from "./source_file.ts";
import { transpile } from "./transpile.ts";

const OPTIONS = { flags: ["--no-config"], env: denoEnvironment() };

/** Returns a file of a module, whose hash is its text. */
function sourceOf(name: string, text: string, isTrusted = false): SourceFile {
  const url = `file:///code/${name}`;
  return { url, mediaType: "TypeScript", text, hash: text, isTrusted };
}

/** Returns the fault of the only file. */
async function faultOf(text: string, deadline = 60_000): Promise<string> {
  const file = sourceOf("hostile.ts", text);
  const all = await transpile([file], { ...OPTIONS, deadline });
  const result = all.get(file.url)!;
  assert("fault" in result);
  return result.fault;
}

Deno.test("transpile names the file and line of a syntax error, and transpiles the other files", async () => {
  const files = [
    sourceOf("a.ts", "export const a: number = 1;"),
    sourceOf("wrong.ts", "\nconst b: = 1;"),
    sourceOf("c.ts", "export const c: number = 1;"),
  ];
  const all = await transpile(files, OPTIONS);
  assert.match(JSON.stringify(all.get("file:///code/a.ts")), /const a = 1/);
  assert.match(
    JSON.stringify(all.get("file:///code/wrong.ts")),
    /fault.*Unexpected token.*file:\/\/\/code\/wrong.ts:2:10/,
  );
  assert.match(JSON.stringify(all.get("file:///code/c.ts")), /const c = 1/);
});

Deno.test("transpile ends a file that takes too long, and does not delay other files", async () => {
  const file = sourceOf("quick.ts", "export const quick: number = 1;");
  // A busy machine may need longer than 2 s for the other file.
  const isDelayed = await measureUntil(
    (isDelayed) => !isDelayed,
    async (attempt) => {
      const text = `${"if(a)b;else ".repeat(100_000)}c`;
      const slow = faultOf(text, attempt * 2_000);
      let isDelayed = false;
      slow.then(() => isDelayed = true);
      const all = await transpile([file], OPTIONS);
      const wasDelayed = isDelayed;
      assert("code" in all.get(file.url)!);
      assert.match(await slow, /hostile.ts cannot be transpiled: .* in time/);
      return wasDelayed;
    },
  );
  assert.equal(isDelayed, false);
});

Deno.test("transpile reports a file whose nesting ends the parser", async () => {
  const depth = 100_000;
  const text = `${"(".repeat(depth)}1${")".repeat(depth)};`;
  assert.match(
    await faultOf(text),
    /hostile.ts cannot be transpiled: Deno ended by SIGABRT/,
  );
});

Deno.test("transpile refuses a file whose JavaScript is over 64 MiB", async () => {
  const depth = 2_500; // indentation makes the result quadratic
  const text = `${"[".repeat(depth)}${"]".repeat(depth)};\n`.repeat(8);
  assert.match(
    await faultOf(text),
    /hostile.ts cannot be transpiled: .* more than 64 MiB/,
  );
});

Deno.test("transpile leaves out source maps of trusted code only", async () => {
  const text = "export const a: number = 1; using b = null;\n";
  const files = [
    sourceOf("trusted.ts", text, true),
    sourceOf("module.ts", text),
  ];
  const all = await transpile(files, OPTIONS);
  const [trusted, module] = files.map(({ url }) => {
    const result = all.get(url)!;
    assert("code" in result);
    return result.code;
  });
  assert.equal(trusted, "export const a = 1;\nusing b = null;\n");
  assert.match(module!, /^export const a = 1;[^]*sourceMappingURL=/);
});

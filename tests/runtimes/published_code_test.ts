import assert from "node:assert/strict";
import { relative } from "node:path";
import { ROOT } from "../support/running_program.ts";
import { sources } from "./npm_form.ts";

/** Folders that no package has. */
const UNPUBLISHED = /^(?!sdk\/testing\/).*\/testing\//;
/** The command and what belongs to it, and isolation: for Deno alone. */
const FOR_DENO = /^(process\/cli|process\/isolation|modules\/control)\//;
/** Who may know Deno: what asks first whether it is there, and what is for Deno alone. */
const KNOWS_DENO = [
  FOR_DENO,
  /^process\/platform\.ts$/,
  /^modules\/rest_server\/(deno_)?platform\.ts$/,
  UNPUBLISHED,
  /^process\/rabbit_mq\/explained\.ts$/,
  /^modules\/record\/(folder_lock|diff\/main)\.ts$/,
  /^sdk\/testing\/conformance\/(register|unhandled)\.ts$/,
];
/** Who asks first whether it is there. */
const KNOWS_NEWER = [FOR_DENO, UNPUBLISHED, /\/base64\.ts$/];

/** What Deno has and Node 22 lacks, though types know it. */
const NEWER =
  /^\s*(await )?using |Promise\.try|\.(from|to)(Hex|Base64)\(|[gs]etFloat16|Error\.isError|RegExp\.escape|Math\.sumPrecise|Iterator\.concat/m;

for (
  const [what, pattern, exempt] of [
    ["Deno's own names", /\bDeno\.(?!customInspect)/, KNOWS_DENO],
    ["what Node 22 lacks", NEWER, KNOWS_NEWER],
  ] as const
) {
  Deno.test(`what is published uses ${what} only behind a question`, async () => {
    const found: string[] = [];
    for (const member of ["sdk", "process", "modules"]) {
      for await (const path of sources(`${ROOT}${member}`)) {
        const name = relative(ROOT, path);
        if (exempt.some((each) => each.test(name))) continue;
        const code = withoutComments(await Deno.readTextFile(path));
        const match = pattern.exec(code);
        if (match) found.push(`${name}: ${match[0].trim()}`);
      }
    }
    assert.deepEqual(found, [], "see docs/node.md for what to use instead");
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

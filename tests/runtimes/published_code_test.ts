import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { ROOT } from "../support/running_program.ts";

/** Folders that are not published. */
const UNPUBLISHED = /^(?!sdk\/testing\/).*\/testing\//;
/** The command and isolation run on Deno only. */
const FOR_DENO =
  /^(cli\/|process\/isolation\/|process\/internal\/seal_program\.ts$|process\/rights\/grants_deno\.ts$|process\/platform\/(memory_watch|end_process|file_stamp)\.ts$|modules\/control\/)/;
/** Files for Deno only, and files that first ask if Deno is present. */
const KNOWS_DENO = [
  FOR_DENO,
  /^process\/platform\/deno\.ts$/,
  /^modules\/rest_server\/gateway\/(deno_)?platform\.ts$/,
  UNPUBLISHED,
  /^process\/rabbit_mq\/connection\/open_connection\.ts$/,
  /^modules\/record\/(folder_lock|diff\/main)\.ts$/,
  /^sdk\/testing\/conformance\/suite\.ts$/,
];
/** Files that first ask if a newer name is present. */
const KNOWS_NEWER = [FOR_DENO, UNPUBLISHED, /\/base64\.ts$/];

/** Syntax and names of Deno that Node.js 22 lacks; the types know them. */
const NEWER =
  /^\s*(await )?using |Promise\.try|\.(from|to)(Hex|Base64)\(|[gs]etFloat16|Error\.isError|RegExp\.escape|Math\.sumPrecise|Iterator\.concat/m;

for (
  const [what, pattern, exempt] of [
    ["names of Deno", /\bDeno\.(?!customInspect)/, KNOWS_DENO],
    ["names that Node 22 lacks", NEWER, KNOWS_NEWER],
  ] as const
) {
  Deno.test(`published code uses ${what} only after a check for it`, async () => {
    const found: string[] = [];
    for (const member of ["sdk", "process", "cli", "modules"]) {
      for await (const path of sources(`${ROOT}${member}`)) {
        const name = relative(ROOT, path);
        if (exempt.some((each) => each.test(name))) continue;
        const code = withoutComments(await Deno.readTextFile(path));
        const match = pattern.exec(code);
        if (match) found.push(`${name}: ${match[0].trim()}`);
      }
    }
    assert.deepEqual(
      found,
      [],
      "see docs/guide/node.md for what to use instead",
    );
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Yields the files of a folder that may be published: no tests. */
async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield path;
  }
}

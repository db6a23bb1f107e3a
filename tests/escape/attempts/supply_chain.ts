import type { Attempt, AttemptGroup } from "../attempt.ts";

const DEEP = 100_000;

/** Attempts by which code harms the program that reads or checks it. */
export const supplyChain: AttemptGroup = {
  title: "Supply chain",
  attempts: [
    source(
      "has code that is nested so deeply that its parser ends",
      `export default ${"(".repeat(DEEP)}1${")".repeat(DEEP)};`,
    ),
    source(
      "has types that are nested so deeply that their parser ends",
      `export default 1 as ${"Array<".repeat(DEEP)}1${">".repeat(DEEP)};`,
    ),
    source(
      "has code that takes minutes to parse",
      `${"if(a)b;else ".repeat(DEEP)}c;\nexport default 1;`,
    ),
    source(
      "has code whose JavaScript would fill the disk",
      `${"[".repeat(2_000)}${"]".repeat(2_000)};\n`.repeat(60) +
        "export default 1;",
    ),
    source(
      "imports an endless device as text",
      'import text from "/dev/zero" with { type: "text" };\nexport default text;',
    ),
    source(
      "imports an endless device as bytes",
      'import data from "/dev/urandom" with { type: "bytes" };\n' +
        "export default data;",
    ),
    source(
      "imports the folder of all users as text",
      'import text from "/home" with { type: "text" };\nexport default text;',
    ),
    source(
      "imports a data: URL that imports a file as text",
      `import text from "data:text/javascript,${
        encodeURIComponent(
          'export { default } from "file:///etc/passwd" with { type: "text" }',
        )
      }";\nexport default text;`,
    ),
  ],
};

/** Creates an attempt by the source text of a module. */
function source(name: string, module: string): Attempt {
  return {
    name,
    alone: true,
    uncontrolled: true,
    startDeadline: 60,
    module,
  };
}

import assert from "node:assert/strict";
import {
  errorMeanings,
  readErrorEntries,
} from "../../.ci/reference/error_page.ts";
import {
  compareLogs,
  findLogCalls,
  readLogEntries,
} from "../../.ci/reference/log_page.ts";
import { makePages } from "../../.ci/reference/pages.ts";
import { readSources } from "../../.ci/reference/sources.ts";
import { scanTypeScript } from "../../.ci/text_lint/scan_typescript.ts";
import { ROOT } from "../support/running_program.ts";

const sources = await readSources();
const meanings = errorMeanings(await Deno.readTextFile(`${ROOT}sdk/errors.ts`));
const errors = await readErrorEntries();
const logs = await readLogEntries();

Deno.test("every error code has a meaning, a cause, a remedy and an example", () => {
  assert(meanings.size > 40);
  assert.deepEqual(Object.keys(errors).toSorted(), [...meanings.keys()].sort());
});

Deno.test("every error code is used by the code", () => {
  const all = sources.filter(({ path }) => path !== "sdk/errors.ts")
    .map(({ text }) => text).join("\n");
  const unused = [...meanings.keys()].filter((code) =>
    !all.includes(`"${code}"`)
  );
  assert.deepEqual(unused, []);
});

Deno.test("every example of an error has the words of a text in the code", () => {
  const texts = sources.flatMap(({ text }) =>
    scanTypeScript(text).filter(({ kind }) => kind === "string")
      .map(({ start, end }) => text.slice(start, end))
      .filter((words) => words.length >= 9 && words.includes(" "))
  );
  const strange = Object.entries(errors).filter(([, { example }]) =>
    !texts.some((words) => example.includes(words))
  );
  assert.deepEqual(strange.map(([code]) => code), []);
});

Deno.test("every message of level warn or error is in .ci/reference/logs.toml", () => {
  assert.deepEqual(
    compareLogs(findLogCalls(sources), logs),
    { missing: [], stale: [] },
    "add or remove its entry, then run: deno task reference",
  );
});

Deno.test("the generated pages of docs/reference are those of the code", async () => {
  for (const [path, text] of Object.entries(await makePages())) {
    const written = await Deno.readTextFile(ROOT + path);
    assert.equal(written, text, `${path}: run deno task reference`);
  }
});

Deno.test("every hint is a sentence: a capital at the start, a full stop at the end", () => {
  const wrong = sources.flatMap(({ path, text }) =>
    Array.from(text.matchAll(HINT), ([, hint]) => hint!.slice(1, -1))
      .filter((hint) => !/^([A-Z]|\$\{)/.test(hint) || !/[.}]$/.test(hint))
      .map((hint) => `${path}: ${hint}`)
  );
  assert.deepEqual(wrong, []);
});

/** A hint that is a single string. */
const HINT = /\bhint:\s*("[^"\n]*"|'[^'\n]*'|`[^`]*`)\s*[,}]/g;

import assert from "node:assert/strict";
import { findProject } from "../project/project.ts";
import { formatFault, TypeChecker, type TypeFault } from "./type_checker.ts";

/** Files of a project, as texts by URL, with a checker. */
class Checked implements AsyncDisposable {
  readonly texts = new Map<string, string>();
  readonly #folder: string;
  readonly checker: TypeChecker;

  constructor() {
    this.#folder = Deno.realPathSync(Deno.makeTempDirSync());
    Deno.writeTextFileSync(`${this.#folder}/deno.json`, "{}");
    const file = new URL(this.url("caryatid.toml"));
    this.checker = new TypeChecker(findProject([file]), file);
  }

  url(name: string): string {
    return `file://${this.#folder}/${name}`;
  }

  /** Writes a file and checks all files. */
  async write(name: string, text: string): Promise<TypeFault[]> {
    Deno.writeTextFileSync(`${this.#folder}/${name}`, text);
    this.texts.set(this.url(name), text);
    return await this.checker.check(this.texts, this.texts.keys());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.checker[Symbol.asyncDispose]();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

Deno.test("the type checker stays loaded and reports errors of changed files", async (t) => {
  await using checked = new Checked();

  await t.step("no error for correct code", async () => {
    assert.deepEqual(
      await checked.write("a.ts", "export const a: number = 1;\n"),
      [],
    );
    const text = 'import { a } from "./a.ts";\nexport const b = a + 1;\n';
    assert.deepEqual(await checked.write("b.ts", text), []);
  });

  await t.step("a type error with its place and an underline", async () => {
    const [fault, ...more] = await checked.write(
      "b.ts",
      'import { a } from "./a.ts";\n  export const b: string = a;\n',
    );
    assert.deepEqual(more, []);
    assert.equal(
      formatFault(fault!),
      [
        "TS2322 [ERROR]: Type 'number' is not assignable to type 'string'.",
        "    export const b: string = a;",
        "                 ~",
        `    at ${checked.url("b.ts").slice("file://".length)}:2:16`,
      ].join("\n"),
    );
  });

  await t.step("a file that imports the changed one", async () => {
    await checked.write(
      "b.ts",
      'import { a } from "./a.ts";\nexport const b = a.toFixed();\n',
    );
    const [fault] = await checked.write("a.ts", 'export const a = "x";\n');
    assert.equal(fault?.url, checked.url("b.ts"));
    assert.match(fault!.message, /'toFixed' does not exist/);
  });

  await t.step("a syntax error", async () => {
    await checked.write("b.ts", "");
    const [fault] = await checked.write("a.ts", "export const a = (;\n");
    assert.deepEqual([fault?.line, fault?.column], [1, 19]);
    assert.equal(fault?.message, "Expression expected.");
  });
});

Deno.test("a check rejects with LOAD_FAILED once the server has ended", async () => {
  const checked = new Checked();
  await checked.write("a.ts", "");
  await checked[Symbol.asyncDispose]();
  await assert.rejects(
    checked.checker.check(new Map(), [checked.url("a.ts")]),
    { code: "LOAD_FAILED" },
  );
});

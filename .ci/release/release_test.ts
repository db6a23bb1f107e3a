import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILES = [
  ...[
    "sdk/deno.json",
    "process/deno.json",
    "cli/deno.json",
    "modules/deno.json",
  ],
  ...[
    "process/platform/version.ts",
    "cli/caryatid.schema.json",
    "docs/reference/commands.md",
  ],
];
const CHANGELOG =
  "# Changelog\n\n## Unreleased\n\n### @caryatid/sdk\n\n- News.\n";
const VERSION =
  JSON.parse(Deno.readTextFileSync(`${ROOT}sdk/deno.json`)).version;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Temporary repository with the files that have a version, committed. */
class Copy implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Copy> {
    const copy = new Copy(
      await Deno.makeTempDir({ prefix: "caryatid release " }),
    );
    for (const name of FILES) {
      await Deno.mkdir(`${copy.path}/${name}/..`, { recursive: true });
      await Deno.copyFile(ROOT + name, `${copy.path}/${name}`);
    }
    await copy.write("CHANGELOG.md", CHANGELOG);
    await copy.git("init", "--quiet");
    await copy.commit();
    return copy;
  }

  read(name: string): Promise<string> {
    return Deno.readTextFile(`${this.path}/${name}`);
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.path}/${name}`, text);
  }

  async commit(): Promise<void> {
    await this.git("add", ".");
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    await this.git(...who, "commit", "--quiet", "-m", "all");
  }

  /** Returns the changed files as git reports them. */
  async changes(): Promise<string> {
    return (await this.git("status", "--porcelain")).stdout;
  }

  /** Runs the command, as `deno task release` does. */
  release(...args: string[]): Promise<Ran> {
    const rights = ["--allow-read", "--allow-run=git", "--allow-write=."];
    const main = `${ROOT}.ci/release/main.ts`;
    return this.#run("deno", "run", "--no-prompt", ...rights, main, ...args);
  }

  async git(...args: string[]): Promise<Ran> {
    const ran = await this.#run("git", ...args);
    assert.equal(ran.code, 0, ran.stderr);
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }

  async #run(command: string, ...args: string[]): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args,
      cwd: this.path,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  }
}

Deno.test("a release writes its version into all files that have it, and prints the next steps", async () => {
  await using copy = await Copy.make();
  const { code, stdout, stderr } = await copy.release("9.0.0");
  assert.equal(code, 0, stderr);
  for (const name of FILES) {
    assert.match(stdout, new RegExp(`^  ${name}$`, "m"));
    const text = await copy.read(name);
    assert.match(text, /\b9\.0\.0\b/, name);
    assert(!text.includes(`@caryatid/process/${VERSION}/`), name);
  }
  assert.match(await copy.read("CHANGELOG.md"), /\n## 9\.0\.0 - \d{4}-/);
  assert.match(stdout, /git tag v9\.0\.0\n/);
  assert.equal((await copy.git("tag")).stdout, "");
  assert.equal((await copy.git("log", "--format=%s")).stdout, "all\n");
});

Deno.test("--dry-run lists the same files and writes none", async () => {
  await using copy = await Copy.make();
  const { stdout } = await copy.release("9.0.0", "--dry-run");
  for (const name of FILES) {
    assert.match(stdout, new RegExp(`^  ${name}$`, "m"));
  }
  assert.equal(await copy.changes(), "");
});

Deno.test("the current version of the packages can be released once", async () => {
  await using copy = await Copy.make();
  assert.equal((await copy.release(VERSION)).code, 0);
  assert.equal(await copy.changes(), " M CHANGELOG.md\n");
  await copy.commit();
  const { stderr } = await copy.release(VERSION);
  assert.match(stderr, /expected one newer than .*, which is released/);
});

Deno.test("an impossible release prints its reason, exits with 1 and writes nothing", async (t) => {
  await using copy = await Copy.make();
  const refused = async (args: string[], why: RegExp) => {
    const before = await copy.changes();
    const { code, stdout, stderr } = await copy.release(...args);
    assert.equal(code, 1, stdout);
    assert.match(stderr, why);
    assert.equal(await copy.changes(), before);
  };
  await t.step("no version", () => refused([], /deno task release VERSION/));
  await t.step(
    "two versions",
    () => refused(["9.0.0", "9.0.1"], /deno task release VERSION/),
  );
  await t.step(
    "an invalid version",
    () => refused(["v9.0.0"], /found the version "v9\.0\.0"/),
  );
  await t.step("an older version", () => refused(["0.0.1"], /or a newer one/));
  await t.step("an unknown option", () => refused(["--now"], /--now/));
  await t.step("uncommitted changes", async () => {
    await copy.write("process/new.ts", "");
    await refused(
      ["9.0.0"],
      /found changes; expected all committed:\n.*process\/new\.ts/,
    );
    await Deno.remove(`${copy.path}/process/new.ts`);
  });
  await t.step("packages with different versions", async () => {
    await copy.write(
      "process/platform/version.ts",
      'export const VERSION = "0.0.7";\n',
    );
    await copy.commit();
    await refused(
      ["9.0.0"],
      /found .* and 0\.0\.7 in process\/platform\/version\.ts; expected one version/,
    );
    await copy.write(
      "process/platform/version.ts",
      `export const VERSION = "${VERSION}";\n`,
    );
    await copy.commit();
  });
  await t.step("no unreleased entry", async () => {
    await copy.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n");
    await copy.commit();
    await refused(["9.0.0"], /found nothing under "Unreleased"/);
  });
});

Deno.test("--check accepts only the tag of the packages and the changelog", async () => {
  await using copy = await Copy.make();
  const unreleased = await copy.release("--check", `v${VERSION}`);
  assert.match(unreleased.stderr, /CHANGELOG\.md: found no release on top/);
  await copy.release(VERSION);
  assert.equal((await copy.release("--check", `v${VERSION}`)).code, 0);
  const wrong = await copy.release("--check", "v9.9.9");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /found the tag v9\.9\.9; expected v/);
});

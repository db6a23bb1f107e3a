/** Tests of the form of the workflows; only GitHub can run them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}.github/workflows/`;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
const texts = names.map((name) => Deno.readTextFileSync(FOLDER + name));
// In strict mode a repeated key is an error.
const workflows = texts.map((text) =>
  parse(text, { strict: true }) as Workflow
);
const jobs = workflows.flatMap((workflow) => Object.values(workflow.jobs));
const steps = jobs.flatMap((job) => job.steps ?? []);
const [ci, docs, release] = workflows;

/** The parts of `.ci/run`. */
const PARTS = ["check", "unit", "broker", "interop", "containers"];

Deno.test("a push to main and a pull request run each part of .ci/run in a job", async () => {
  assert.deepEqual(names, ["ci.yml", "docs.yml", "release.yml"]);
  assert.deepEqual(Object.keys(ci!.on).toSorted(), [
    "pull_request",
    "push",
    "workflow_call",
  ]);
  assert.deepEqual(Object.keys(ci!.jobs), PARTS);
  for (const part of PARTS) {
    const runs = ci!.jobs[part]!.steps!.map(({ run }) => run);
    assert(runs.includes(`.ci/run ${part}`), part);
  }
  const script = await Deno.readTextFile(`${ROOT}.ci/run`);
  assert(script.includes(`\nall="${PARTS.join(" ")}"\n`));
  const { mode } = await Deno.stat(`${ROOT}.ci/run`);
  assert.notEqual(mode! & 0o100, 0, ".ci/run is executable");
});

Deno.test(".ci/run refuses an unknown part and lists the known ones", async () => {
  const { code, stderr } = await new Deno.Command(`${ROOT}.ci/run`, {
    args: ["checks"],
  }).output();
  assert.equal(code, 2);
  assert.match(
    new TextDecoder().decode(stderr),
    /Unknown part "checks": expected one of check unit broker interop/,
  );
});

Deno.test("a tag is published after all jobs of CI and a comparison with the packages", () => {
  assert.deepEqual(release!.on, { push: { tags: ["v*"] } });
  const { ci: tested, publish } = release!.jobs;
  assert.equal(tested!.uses, "./.github/workflows/ci.yml");
  assert.equal(publish!.needs, "ci");
  const commands = publish!.steps!.flatMap(({ run }) => run ?? []);
  assert.deepEqual(commands, [
    'deno task release --check "$GITHUB_REF_NAME"',
    'deno task jsr "$RUNNER_TEMP/jsr"',
    'cd "$RUNNER_TEMP/jsr" && deno publish',
    "deno task npm npm",
    "npm install --global npm@11.6.2",
    'for package in sdk process modules cli; do npm publish "npm/@caryatid/$package" --access public --provenance; done',
  ]);
});

Deno.test("a tag is compared with the last release by bench --quick, outside of .ci/run", async () => {
  const { bench, publish } = release!.jobs;
  const commands = bench!.steps!.flatMap(({ run }) => run ?? []);
  assert.deepEqual(commands, [
    'deno task bench --quick | tee -a "$GITHUB_STEP_SUMMARY"',
  ]);
  // Without the history there is no earlier commit.
  assert.equal(bench!.steps![0]!.with!["fetch-depth"], 0);
  assert.equal(publish!.needs, "ci", "a slow machine stops no release");
  const script = await Deno.readTextFile(`${ROOT}.ci/run`);
  assert(!script.includes("task bench"));
});

Deno.test("a push to main builds the site and publishes what was built", async () => {
  assert.deepEqual(docs!.on["push"], { branches: ["main"] });
  const { build, publish } = docs!.jobs;
  const [task] = build!.steps!.filter(({ run }) => run !== undefined);
  assert.equal(task!.run, "deno task docs:site");
  const upload = build!.steps!.at(-1)!.with;
  const ignored = await Deno.readTextFile(`${ROOT}.gitignore`);
  assert.match(ignored, new RegExp(`^/${upload!["path"]}/$`, "m"));
  assert.equal(publish!.needs, "build");
});

Deno.test("only the publishing jobs can get an identity token, and no workflow has secrets", () => {
  for (const workflow of workflows) {
    assert.deepEqual(workflow.permissions, { contents: "read" });
  }
  const writing = jobs.filter(({ permissions }) => permissions !== undefined);
  assert.deepEqual(writing.map(({ permissions }) => permissions), [
    { pages: "write", "id-token": "write" },
    { contents: "read", "id-token": "write" },
  ]);
  assert.deepEqual(writing, [docs!.jobs["publish"], release!.jobs["publish"]]);
  assert(!texts.some((text) => /secrets\.|token:\s*\$/.test(text)));
});

Deno.test("actions are pinned to a commit with its version, and checkouts keep no token", () => {
  const used = texts.flatMap((text) => text.match(/uses: [^.].*/g) ?? []);
  assert.equal(used.length, steps.filter(({ uses }) => uses).length);
  for (const uses of used) {
    assert.match(uses, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
  const checkouts = steps.filter(({ uses }) => uses?.includes("/checkout@"));
  assert(checkouts.length > 0);
  for (const step of checkouts) {
    assert.equal(step.with?.["persist-credentials"], false);
  }
});

Deno.test("workflows name tasks that exist and the Deno version of .ci/run", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const named = steps.flatMap(({ run }) =>
    [...(run ?? "").matchAll(/deno task ([\w:-]+)/g)].map(([, name]) => name!)
  );
  assert(named.length > 0);
  for (const name of named) assert(name in tasks, name);
  const version = /^version=(\S+)$/m
    .exec(await Deno.readTextFile(`${ROOT}.ci/run`))![1];
  const set = steps.flatMap((step) => step.with?.["deno-version"] ?? []);
  assert.deepEqual([...new Set(set)], [version]);
});

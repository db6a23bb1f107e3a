/** The workflows can't run here: what can be told of them is. */
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
// In strict mode a key that stands twice is an error.
const workflows = texts.map((text) =>
  parse(text, { strict: true }) as Workflow
);
const jobs = workflows.flatMap((workflow) => Object.values(workflow.jobs));
const steps = jobs.flatMap((job) => job.steps ?? []);
const [ci, release] = workflows;

Deno.test("every push to main and every pull request runs .ci/run", async () => {
  assert.deepEqual(names, ["ci.yml", "release.yml"]);
  assert.deepEqual(Object.keys(ci!.on).toSorted(), [
    "pull_request",
    "push",
    "workflow_call",
  ]);
  assert(ci!.jobs["ci"]!.steps!.some(({ run }) => run === ".ci/run"));
  const { mode } = await Deno.stat(`${ROOT}.ci/run`);
  assert.notEqual(mode! & 0o100, 0, ".ci/run can be run");
});

Deno.test("a tag is published when all of that has passed, and when it is what the packages say", () => {
  assert.deepEqual(release!.on, { push: { tags: ["v*"] } });
  const { ci: tested, publish } = release!.jobs;
  assert.equal(tested!.uses, "./.github/workflows/ci.yml");
  assert.equal(publish!.needs, "ci");
  const commands = publish!.steps!.flatMap(({ run }) => run ?? []);
  assert.deepEqual(commands, [
    'deno task release --check "$GITHUB_REF_NAME"',
    "deno publish",
  ]);
});

Deno.test("only the job that publishes may prove who it is, and there are no secrets", () => {
  for (const workflow of workflows) {
    assert.deepEqual(workflow.permissions, { contents: "read" });
  }
  const writing = jobs.filter(({ permissions }) => permissions !== undefined);
  assert.deepEqual(writing, [release!.jobs["publish"]]);
  assert.deepEqual(writing[0]!.permissions, {
    contents: "read",
    "id-token": "write",
  });
  assert(!texts.some((text) => /secrets\.|token:\s*\$/.test(text)));
});

Deno.test("actions are pinned to a commit, which says its version, and the code that runs gets no token", () => {
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

Deno.test("tasks that workflows name exist, and Deno is the one that .ci/run brings", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const named = steps.flatMap(({ run }) =>
    [...(run ?? "").matchAll(/deno task ([\w:-]+)/g)].map(([, name]) => name!)
  );
  assert(named.length > 0);
  for (const name of named) assert(name in tasks, name);
  const version = /^version=(\S+)$/m
    .exec(await Deno.readTextFile(`${ROOT}.ci/run`))![1];
  const set = steps.flatMap((step) => step.with?.["deno-version"] ?? []);
  assert.deepEqual(set, [version]);
});

import fc from "fast-check";
import assert from "node:assert/strict";
import type { ModuleGrants } from "../config/process_config.ts";
import { DENO_KINDS, type DenoKind, grantCovers } from "./grants.ts";
import { guestFlags, workerPermissions } from "./grants_deno.ts";
import {
  grantedByFlags,
  grantedToWorkers,
} from "../isolation/testing/deno_grants.ts";
import { grants } from "../isolation/testing/some_grants.ts";

const VALUES: Record<DenoKind, readonly string[]> = {
  net: ["a.example", "a.example:1", "*.example", "[::1]:80"],
  read: ["/a", "/a/b", "/a b", "/ab"],
  write: ["/a", "/b"],
  env: ["A", "A_*", "B"],
};
/** Values of queries to Deno, which take no sets of hosts. */
const SINGLE: Record<DenoKind, readonly string[]> = {
  net: ["a.example", "a.example:1", "b.example:2", "10.1.1.1", "[::1]:80"],
  read: ["/", "/a", "/a/b/c", "/a b", "/ab", "/b"],
  write: ["/", "/a", "/a/x", "/b"],
  env: ["A", "A_B", "B", "C"],
};
const WHOLE = ["net", "read", "write", "env", "run", "sys", "ffi"] as const;

const someGrants: fc.Arbitrary<ModuleGrants> = fc.record(
  Object.fromEntries(
    DENO_KINDS.map((kind) => [kind, fc.subarray([...VALUES[kind]])]),
  ),
  { requiredKeys: [] },
).map(grants);

Deno.test("F7 a worker has exactly the permissions that are configured and that its host has", async () => {
  const seed = Date.now();
  const samples = fc.sample(someGrants, { numRuns: 20, seed });
  const host = grants({
    net: VALUES.net,
    read: VALUES.read,
    write: VALUES.write,
    env: VALUES.env,
  });
  const answers = await grantedToWorkers(
    samples.map((one) => ({
      permissions: workerPermissions(one),
      descriptors: QUESTIONS.map(({ descriptor }) => descriptor),
    })),
    guestFlags(host),
  );
  for (const [index, configured] of samples.entries()) {
    const conditions = `seed ${seed}, ${JSON.stringify(configured)}`;
    assert.deepEqual(
      shown(answers[index]!),
      shown(expected(configured)),
      conditions,
    );
  }
});

Deno.test("F7 a separate process has exactly the configured permissions", async () => {
  const seed = Date.now();
  for (const configured of fc.sample(someGrants, { numRuns: 6, seed })) {
    const answers = await grantedByFlags(
      guestFlags(configured),
      QUESTIONS.map(({ descriptor }) => descriptor),
    );
    const conditions = `seed ${seed}, ${JSON.stringify(configured)}`;
    assert.deepEqual(shown(answers), shown(expected(configured)), conditions);
  }
});

Deno.test("F7 no list of grants becomes an unlimited grant, whatever is in it", () => {
  const anyList = fc.option(fc.array(fc.string()), { nil: undefined });
  const anyGrants = fc.record({
    net: anyList,
    read: anyList,
    write: anyList,
    env: anyList,
  }).map(grants);
  fc.assert(fc.property(anyGrants, (given) => {
    for (const value of Object.values(workerPermissions(given))) {
      assert(value === false || Array.isArray(value) && value.length > 0);
      assert(value === false || !value.includes(""));
    }
    const all = DENO_KINDS.flatMap((kind) => given[kind] ?? []);
    if (all.some((value) => value.includes(","))) {
      assert.throws(() => guestFlags(given), { code: "INVALID_OPTION" });
      return;
    }
    const [first, ...flags] = guestFlags(given);
    assert.equal(first, "--no-prompt");
    for (const flag of flags) assert.match(flag, /^--allow-\w+=[^]/);
  }));
});

interface Question {
  readonly kind: DenoKind | undefined;
  readonly value: string;
  readonly descriptor: Deno.PermissionDescriptor;
}

const QUESTIONS: readonly Question[] = [
  ...DENO_KINDS.flatMap((kind) =>
    SINGLE[kind].map((value) => ({
      kind,
      value,
      descriptor: descriptorOf(kind, value),
    }))
  ),
  ...WHOLE.map((name) => ({
    kind: undefined,
    value: `all of ${name}`,
    descriptor: { name } as Deno.PermissionDescriptor,
  })),
];

function descriptorOf(
  kind: DenoKind,
  value: string,
): Deno.PermissionDescriptor {
  if (kind === "net") return { name: kind, host: value };
  if (kind === "env") return { name: kind, variable: value };
  return { name: kind, path: value };
}

function expected(configured: ModuleGrants): boolean[] {
  return QUESTIONS.map(({ kind, value }) =>
    kind !== undefined &&
    (configured[kind] ?? []).some((wide) => grantCovers(kind, wide, value))
  );
}

function shown(answers: readonly boolean[]): string[] {
  return QUESTIONS.filter((_, index) => answers[index])
    .map(({ kind, value }) => `${kind} ${value}`);
}

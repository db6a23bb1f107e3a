import fc from "fast-check";
import assert from "node:assert/strict";
import type { ModuleGrants } from "../config/process_config.ts";
import {
  type Asked,
  grantCovers,
  type GrantKind,
  grantsOfModule,
  missingGrants,
  needlessGrants,
} from "./grants.ts";
import { grants } from "../isolation/testing/some_grants.ts";

Deno.test("grantCovers() returns true if one grant contains all of another", () => {
  const table: [GrantKind, wide: string, narrow: string, boolean][] = [
    ["net", "a.example", "a.example:443", true],
    ["net", "a.example:443", "a.example", false],
    ["net", "https://a.example", "https://a.example", false],
    ["read", "/data", "/data", true],
    ["read", "/data", "/data/x/y", true],
    ["read", "/data", "/database", false],
    ["read", "/data", "/data/../etc", false],
    ["read", "/", "/etc", true],
    ["write", "/data", "/", false],
    ["read", `${Deno.cwd()}/data`, "./data/x", true],
    ["env", "HOME", "HOME", true],
    ["env", "MY_*", "MY_NAME", true],
    ["env", "MY_*", "MY_A*", true],
    ["env", "MY_A*", "MY_*", false],
    ["env", "MY_*", "OUR_NAME", false],
    ["publish", "a.#", "a.*", true],
    ["publish", "a.*", "a.#", false],
  ];
  for (const [kind, wide, narrow, covers] of table) {
    assert.equal(
      grantCovers(kind, wide, narrow),
      covers,
      `${kind} ${wide} ${narrow}`,
    );
  }
});

Deno.test("missingGrants() returns values that are asked for and not granted", () => {
  const granted = grants({ net: ["a.example"], read: ["/data"], publish: [] });
  const asked = {
    net: ["a.example:1", "b.example"],
    read: ["/data/x"],
    write: ["/data/x"],
    publish: ["x.#"],
    handle: ["x.ask"],
  };
  assert.deepEqual(missingGrants(granted, asked, false), [
    { kind: "net", value: "b.example" },
    { kind: "write", value: "/data/x" },
    { kind: "publish", value: "x.#" },
  ]);
});

Deno.test("a missing list of topics grants nothing to an isolated module and restricts no other", () => {
  const asked = { handle: ["x.ask"] };
  assert.deepEqual(missingGrants(grants({}), asked, false), []);
  assert.deepEqual(missingGrants(grants({}), asked, true), [
    { kind: "handle", value: "x.ask" },
  ]);
});

Deno.test("a list of topics to subscribe to restricts groups", () => {
  const asked = { groups: ["workers"] };
  const missing = [{ kind: "groups", value: "workers" }];
  assert.deepEqual(missingGrants(grants({}), asked, false), []);
  const jobs = { subscribe: ["jobs.*"] };
  assert.deepEqual(missingGrants(grants(jobs), asked, false), missing);
  const both = { ...jobs, groups: ["work*"] };
  assert.deepEqual(missingGrants(grants(both), asked, false), []);
  assert.deepEqual(needlessGrants(grants({ groups: ["x"] }), asked), [
    { kind: "groups", value: "x" },
  ]);
});

Deno.test("needlessGrants() returns grants that cover nothing that is asked for", () => {
  const granted = grants({
    net: ["a.example", "b.example"],
    env: ["HOME"],
    publish: ["x.#", "y"],
    handle: ["z"],
  });
  const asked = { net: ["a.example:1"], publish: ["x.a"] };
  assert.deepEqual(needlessGrants(granted, asked), [
    { kind: "net", value: "b.example" },
    { kind: "env", value: "HOME" },
    { kind: "publish", value: "y" },
  ]);
});

Deno.test("a module has the grants of its file; an isolated module has no others", () => {
  const permissions = grants({ net: ["a.example"] });
  assert.equal(grantsOfModule({ isolation: "none", permissions }), permissions);
  assert.equal(
    grantsOfModule({ isolation: "none", permissions: undefined }),
    undefined,
  );
  assert.deepEqual(
    grantsOfModule({ isolation: "worker", permissions: undefined }),
    grants({}),
  );
});

const KINDS = ["net", "read", "env", "subscribe"] as const;
const VALUES: Record<typeof KINDS[number], readonly string[]> = {
  net: ["a.example", "a.example:1", "*.example", "10.0.0.0/8", "10.0.0.1"],
  read: ["/", "/a", "/a/b", "/ab", "/a/../c"],
  env: ["A", "A*", "AB", "B"],
  subscribe: ["#", "a.#", "a.*", "a.b", "b"],
};
const someLists: fc.Arbitrary<Partial<ModuleGrants>> = fc.record(
  Object.fromEntries(
    KINDS.map((kind) => [kind, fc.subarray([...VALUES[kind]])]),
  ),
  { requiredKeys: [] },
);

Deno.test("F7 other values are covered, needless grants cover nothing, and more grants never miss more", () => {
  fc.assert(fc.property(someLists, someLists, someLists, (a, b, c) => {
    const granted = grants(a);
    const asked = b as Asked;
    const missing = missingGrants(granted, asked, true);
    const isMissing = (kind: string, value: string) =>
      missing.some((one) => one.kind === kind && one.value === value);
    for (const kind of KINDS) {
      for (const value of asked[kind] ?? []) {
        const covered = granted[kind]?.some((wide) =>
          grantCovers(kind, wide, value)
        );
        assert.equal(isMissing(kind, value), !covered);
      }
    }
    for (const { kind, value } of needlessGrants(granted, asked)) {
      assert(!asked[kind]?.some((wish) => grantCovers(kind, value, wish)));
    }
    const more = grants(Object.fromEntries(
      KINDS.map((kind) => [kind, [...a[kind] ?? [], ...c[kind] ?? []]]),
    ));
    const left = missingGrants(more, asked, true);
    assert(left.every(({ kind, value }) => isMissing(kind, value)));
  }));
});

import assert from "node:assert/strict";
import { netCovers, parseNet } from "./grant_covers.ts";
import { grantedToWorkers } from "../isolation/testing/deno_grants.ts";

const GOOD = [
  ..."a.example a.example:80 *.example *.example:80 localhost A.Example".split(
    " ",
  ),
  ..."a.example. a_b.example 127.0.0.1 127.0.0.1:0 10.0.0.0/8 10.0.0.0/8:80"
    .split(" "),
  ..."[::1] [::1]:80 [2001:DB8::1]".split(" "),
];
const BAD = [
  "",
  "*",
  "*:80",
  ":80",
  "::1",
  "http://a.example",
  "a.example/x",
  "a.example:",
  "a.example:65536",
  "a.example:80:81",
  "a..example",
  "a.*.example",
  "*a.example",
  "*.10.0.0.1",
  "user@a.example",
  "a b",
  "a,b",
  "10.0.0.0/33",
  "256.0.0.1",
  "a.example/8",
  "[::1",
  "[::]/8",
  "unix:/run/x",
  "vsock:1:2",
  "ä.example",
  "a.example\n",
];

Deno.test("parseNet() reads hosts as Deno does, and nothing else", async () => {
  for (const text of GOOD) assert(parseNet(text), text);
  for (const text of BAD) assert.equal(parseNet(text), undefined, text);
  const states = await grantedToWorkers(
    GOOD.map((text) => ({ permissions: { net: [text] }, descriptors: [] })),
  );
  // a host that Deno does not accept would have thrown
  assert.equal(states.length, GOOD.length);
});

Deno.test("netCovers() agrees with Deno for each of 15 granted hosts and each target", async () => {
  const single = [
    ...GOOD.filter((text) => !/[*/]/.test(text)),
    ..."b.example x.a.example x.a.example:80 example 10.1.2.3 10.1.2.3:80"
      .split(" "),
    ..."11.0.0.1 [0:0:0:0:0:0:0:1]:80 [::2] 127.0.0.1:1".split(" "),
  ];
  const answers = await grantedToWorkers(GOOD.map((wide) => ({
    permissions: { net: [wide] },
    descriptors: single.map((host) => ({ name: "net", host })),
  })));
  for (const [index, wide] of GOOD.entries()) {
    const ours = single.map((narrow) =>
      netCovers(parseNet(wide)!, parseNet(narrow)!)
    );
    const say = (all: readonly boolean[]) =>
      single.filter((_, at) => all[at]).join();
    assert.equal(say(ours), say(answers[index]!), wide);
  }
});

Deno.test("a set of hosts is covered only by a set that contains all of it", () => {
  const covers = (wide: string, narrow: string) =>
    netCovers(parseNet(wide)!, parseNet(narrow)!);
  assert(covers("*.example", "*.a.example"));
  assert(covers("10.0.0.0/8", "10.1.0.0/16"));
  assert(!covers("*.a.example", "*.example"));
  assert(!covers("a.example", "*.a.example"));
  assert(!covers("10.1.0.0/16", "10.0.0.0/8"));
  assert(!covers("10.1.0.0", "10.1.0.0/32"));
  assert(!covers("example", "badexample"));
  assert(!covers("*.example", "badexample"));
});

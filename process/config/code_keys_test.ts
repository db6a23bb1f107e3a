import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const HASH = `sha256-${btoa("0".repeat(32))}`;
const EXPECTED = 'expected "sha256-…", with the hash in base64';

Deno.test("readConfig() reads the integrity of modules and buses next to their import", async () => {
  const { modules: [module], buses: [bus] } = await readConfig(
    `[module.x]
     import = "./x.ts"
     integrity = "${HASH}"
     [message-bus.y]
     import = "https://example.com/y.ts"
     integrity = "${HASH}"`,
    { env: {} },
  );
  assert.equal(module!.integrity, HASH);
  assert.equal(bus!.integrity, HASH);
  assert.deepEqual({ ...module!.section }, {});
  assert.deepEqual({ ...bus!.settings }, {});
});

Deno.test("an invalid integrity is refused with its place", async (t) => {
  const cases: [what: string, section: string, says: string][] = [
    ["no hash", "integrity = 'abc'", `found "abc"; ${EXPECTED}`],
    ["another kind", "integrity = 'md5-AAAA'", EXPECTED],
    ["a number", "integrity = 1", "found 1; expected text"],
    ["too short", "integrity = 'sha256-AAAA'", EXPECTED],
    [
      "no import",
      `integrity = "${HASH}"`,
      "found a hash of nothing; expected an import next to it",
    ],
    ...["npm:x@1", "jsr:@x/y@1", "name", "data:,1"].map((specifier) =>
      [
        specifier,
        `integrity = "${HASH}"\nimport = "${specifier}"`,
        `found it next to "${specifier}"; expected one file`,
      ] as [string, string, string]
    ),
  ];
  for (const [what, section, says] of cases) {
    await t.step(what, async () => {
      for (const table of ["module", "message-bus"]) {
        const text = `[${table}.x]\n${section}\nclass = "x"`;
        await assert.rejects(readConfig(text, { env: {} }), (error: Error) => {
          const start = `<config>:2:1: Cannot use ${table}.x.integrity: `;
          assert(error.message.includes(start), error.message);
          assert(error.message.includes(says), error.message);
          return true;
        });
      }
    });
  }
});

Deno.test("C4 an import with a password in its URL is refused, and not shown", async (t) => {
  const urls = [
    "https://me:s3cr3t@example.com/x.ts",
    "http://s3cr3t@127.0.0.1/x.ts",
    "HTTPS:\\\\me:s3cr3t@example.com",
  ];
  for (const url of urls) {
    await t.step(url, async () => {
      const text = `[module.x]\nimport = '${url}'\nintegrity = "${HASH}"`;
      await assert.rejects(readConfig(text, { env: {} }), (error: Error) => {
        assert.match(error.message, /:2:1: .*x\.import: found a user or pass/);
        assert(!Deno.inspect(error).includes("s3cr3t"));
        return true;
      });
    });
  }
});

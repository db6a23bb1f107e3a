import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

Deno.test("[import] hosts allows code from those hosts", async () => {
  const { importHosts } = await readConfig(
    `[import]
     hosts = ["example.com", "127.0.0.1:4000", "jsr.io", "[::1]"]
     [module.any-port]
     import = "https://example.com:8443/m.ts"
     [module.this-port]
     import = "http://127.0.0.1:4000/m.ts"
     [module.package]
     import = "jsr:@x/y"
     [module.six]
     import = "http://[::1]:9/m.ts"
     [module.file]
     import = "./m.ts"
     [module.mapped]
     import = "mapped"
     [module.clock]`,
    { env: {} },
  );
  assert.deepEqual(importHosts, [
    "example.com",
    "127.0.0.1:4000",
    "jsr.io",
    "[::1]",
  ]);
});

Deno.test("without [import] code may come from anywhere", async () => {
  const { importHosts } = await readConfig("[module.x]", { env: {} });
  assert.equal(importHosts, undefined);
});

Deno.test("imports from other hosts are refused with their places, all at once", async (t) => {
  const hosts = ["example.com", "127.0.0.1:4000"];
  const cases: [specifier: string, host: string][] = [
    ["https://example.org/m.ts", "example.org:443"],
    ["https://sub.example.com/m.ts", "sub.example.com:443"],
    ["https://example.com.evil.org/m.ts", "example.com.evil.org:443"],
    ["https://example.com@evil.org/m.ts", "evil.org:443"],
    ["http://127.0.0.1:40001/m.ts", "127.0.0.1:40001"],
    ["HTTPS://EVIL.org/m.ts", "evil.org:443"],
    ["jsr:@x/y", "jsr.io:443"],
    ["npm:x", "registry.npmjs.org:443"],
  ];
  const sections = cases.map(([specifier], index) =>
    `[module.m${index}]\nimport = "${specifier}"\n`
  );
  const text = `[import]\nhosts = ${JSON.stringify(hosts)}\n` +
    `${sections.join("")}[message-bus.b]\nimport = "npm:b"\n`;
  const error = await readConfig(text, { env: {} }).then(
    () => assert.fail("it was read"),
    (error: Error) => error,
  );
  for (const [index, [specifier, host]] of cases.entries()) {
    await t.step(specifier, () => {
      const line = `<config>:${2 * index + 4}:1: Cannot use ` +
        `module.m${index}.import: found code of ${host}; ` +
        "expected one of example.com, 127.0.0.1:4000";
      assert(error.message.includes(line), error.message);
    });
  }
  assert.match(error.message, /message-bus\.b\.import: found code of registry/);
});

Deno.test("a relative import of a file that came from a host is code of that host", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response(
        '[import]\nhosts = []\n[module.x]\nimport = "./x.ts"\n',
      ),
  );
  const url = new URL(`http://127.0.0.1:${server.addr.port}/c.toml`);
  await assert.rejects(readConfig(url, { env: {} }), {
    code: "INVALID_CONFIG",
    message: new RegExp(
      `c\\.toml:4:1: .*found code of ${url.host}; expected one of no host`,
    ),
  });
});

Deno.test("a value that is not a host is refused", async (t) => {
  const bad = [
    "",
    "https://example.com",
    "example.com/",
    "a,b",
    "*",
    "Example.com",
    "user@example.com",
    "example.com:",
    "example.com:99999",
    " example.com",
  ];
  for (const host of bad) {
    await t.step(JSON.stringify(host), async () => {
      const text = `[import]\nhosts = [${JSON.stringify(host)}]`;
      await assert.rejects(readConfig(text, { env: {} }), {
        code: "INVALID_CONFIG",
        message: /import\.hosts\[0\]: found .*; expected a host like/,
      });
    });
  }
  await t.step("no list", async () => {
    await assert.rejects(readConfig('[import]\nhosts = "x"', { env: {} }), {
      message: /import\.hosts: found "x"; expected an array/,
    });
  });
  await t.step("an unknown key", async () => {
    await assert.rejects(readConfig("[import]\nhost = []", { env: {} }), {
      message: /import\.host: found an unknown key/,
    });
  });
});

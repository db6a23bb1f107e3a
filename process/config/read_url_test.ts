import assert from "node:assert/strict";
import { ConfigError } from "./config_error.ts";
import { readConfig } from "./read_config.ts";
import { shownUrl } from "./read_url.ts";

const TOML = '[module.clock]\ntopic = "x"';

Deno.test("readConfig() reads a file, and names it in problems", async () => {
  await using dir = await tempDir();
  const url = new URL("a b.toml", dir.url);
  await Deno.writeTextFile(url, `\ufeff${TOML}`);
  const { modules } = await readConfig(url, { env: {} });
  assert.equal(modules[0]!.section["topic"], "x");

  await Deno.writeTextFile(url, "\n[modul.x]");
  await assert.rejects(readConfig(url, { env: {} }), (error: Error) => {
    assert(error.message.startsWith(`${dir.path}/a b.toml:2:2: Cannot use`));
    return true;
  });
});

Deno.test("readConfig() reports all files that it cannot read", async () => {
  await using dir = await tempDir();
  const file = async (name: string, bytes: Uint8Array) => {
    await Deno.writeFile(new URL(name, dir.url), bytes);
    return new URL(name, dir.url);
  };
  const inputs = [
    new URL("missing.toml", dir.url),
    dir.url,
    await file("latin1.toml", new Uint8Array([0x23, 0xe9])),
    await file("big.toml", new Uint8Array(1024 * 1024 + 1).fill(0x20)),
    new URL("ftp://user:s3cret@example.com/x.toml"),
    "x",
  ];
  const error = await readConfig(inputs, { env: {} }).catch((error) => error);
  assert(error instanceof ConfigError);
  assert.deepEqual(
    error.problems.map(({ message }) =>
      message.replace("Cannot use the configuration: ", "")
    ),
    [
      "found no such file; expected a TOML file",
      'found "Is a directory (os error 21)"; expected a TOML file',
      "found bytes that are not UTF-8; expected TOML text",
      "found over 1048576 bytes; expected at most 1 MiB",
      'found the scheme "ftp:"; expected file:, https:, http: or data:',
      "found bad TOML (incomplete key-value: cannot find end of key); expected TOML",
    ],
  );
  assert.equal(error.problems[0]!.place!.source, `${dir.path}/missing.toml`);
  assert.equal(
    error.problems[4]!.place!.source,
    "ftp://user:***@example.com/x.toml",
  );
});

Deno.test({
  name: "D17 readConfig() prompts for no permission, and names the missing one",
  permissions: { read: false, net: false, env: false },
  async fn() {
    await assert.rejects(
      readConfig(new URL("file:///etc/caryatid.toml"), { env: {} }),
      {
        code: "PERMISSION_DENIED",
        message:
          'Cannot read "/etc/caryatid.toml": found no permission; expected read access',
        hint: "Run with --allow-read=/etc/caryatid.toml.",
      },
    );
    await assert.rejects(
      readConfig(new URL("https://u:s3cret@example.com/c.toml?t=s3cret")),
      {
        code: "PERMISSION_DENIED",
        message:
          'Cannot read "https://u:***@example.com/c.toml?***": found no permission; expected read access',
        hint: "Run with --allow-net=example.com.",
      },
    );
  },
});

Deno.test({
  name: "readConfig() reads a data: URL without any permission",
  permissions: "none",
  async fn() {
    const url = new URL(`data:application/toml,${encodeURIComponent(TOML)}`);
    const { modules } = await readConfig(url, { env: {} });
    assert.equal(modules[0]!.section["topic"], "x");
  },
});

Deno.test("shownUrl() hides parts that may be secret", () => {
  const cases = [
    ["https://u:p@h/x", "https://u:***@h/x"],
    ["https://token@h/x", "https://***@h/x"],
    ["https://h/x?token=p#f", "https://h/x?***"],
    ["data:text/plain,password", "data:text/plain,..."],
    ["file:///a%20b/%C3%A9.toml", "/a b/é.toml"],
    ["file:///C:/a.toml", "C:/a.toml"],
    ["file:///100%", "/100%"],
  ] as const;
  for (const [url, shown] of cases) assert.equal(shownUrl(new URL(url)), shown);
});

async function tempDir() {
  const path = await Deno.makeTempDir();
  return {
    path,
    url: new URL(`file://${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { handleRoute } from "../mod.ts";
import { certificateFiles } from "../testing/certificate_files.ts";
import { RestProcess } from "../testing/rest_process.ts";

async function folder(): Promise<string> {
  const root = await Deno.makeTempDir();
  const www = join(root, "www");
  await Deno.mkdir(join(www, "sub"), { recursive: true });
  await Deno.mkdir(join(www, ".git"));
  await Deno.writeTextFile(join(root, "secret.txt"), "s3cret");
  await Deno.writeTextFile(join(www, "index.html"), "<p>front</p>");
  await Deno.writeTextFile(join(www, "sub", "a b.txt"), "in sub");
  await Deno.writeTextFile(join(www, ".env"), "s3cret");
  await Deno.writeTextFile(join(www, ".git", "config"), "s3cret");
  await Deno.symlink(join(root, "secret.txt"), join(www, "link.txt"));
  await Deno.symlink(root, join(www, "up"));
  await Deno.symlink(join(www, "index.html"), join(www, "inner.html"));
  await Deno.symlink(join(www, ".env"), join(www, "env.txt"));
  await Deno.symlink(join(www, ".git"), join(www, "git"));
  await new Deno.Command("mkfifo", { args: [join(www, "pipe")] }).output();
  await Deno.writeFile(join(www, "large.bin"), new Uint8Array(1_000_000));
  return root;
}

Deno.test("static serves the files of a folder, and the bus serves all other paths", async (t) => {
  const root = await folder();
  {
    await using server = await RestProcess.start(
      { static: { folder: join(root, "www"), path: "/files" } },
      {
        routes: (context) => {
          handleRoute(context, "GET /hello", () => "the bus");
          handleRoute(context, "GET /files/made", () => "made");
        },
      },
    );
    const cases: [path: string, status: number, body: string, type: string][] =
      [
        ["/files/", 200, "<p>front</p>", "text/html; charset=utf-8"],
        ["/files/index.html", 200, "<p>front</p>", "text/html; charset=utf-8"],
        ["/files/inner.html", 200, "<p>front</p>", "text/html; charset=utf-8"],
        ["/files/sub/a%20b.txt", 200, "in sub", "text/plain; charset=utf-8"],
        ["/files/made", 200, "made", "text/plain; charset=utf-8"],
        ["/hello", 200, "the bus", "text/plain; charset=utf-8"],
        ["/files/link.txt", 404, "", "application/problem+json"],
        ["/files/up/secret.txt", 404, "", "application/problem+json"],
        ["/files/.env", 404, "", "application/problem+json"],
        ["/files/.git/config", 404, "", "application/problem+json"],
        ["/files/%2egit/config", 404, "", "application/problem+json"],
        ["/files/env.txt", 404, "", "application/problem+json"],
        ["/files/git/config", 404, "", "application/problem+json"],
        ["/files/pipe", 404, "", "application/problem+json"],
        ["/files/sub", 404, "", "application/problem+json"],
        ["/files/nothing", 404, "", "application/problem+json"],
        ["/filesystem", 404, "", "application/problem+json"],
      ];
    for (const [path, status, body, type] of cases) {
      await t.step(`${path}: ${status}`, async () => {
        const response = await server.fetch(path);
        const text = await response.text();
        assert.equal(response.status, status, text);
        assert.equal(response.headers.get("content-type"), type);
        if (status === 200) assert.equal(text, body);
        assert(!text.includes("s3cret"));
      });
    }
    await t.step("HEAD has the length", async () => {
      const response = await server.fetch("/files/large.bin", {
        method: "HEAD",
      });
      assert.equal(response.headers.get("content-length"), "1000000");
      const whole = await server.fetch("/files/large.bin");
      assert.equal((await whole.bytes()).length, 1_000_000);
    });
    await t.step("POST is for the bus", async () => {
      const response = await server.fetch("/files/made", { method: "POST" });
      await response.body?.cancel();
      assert.equal(response.status, 405);
    });
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("static rejects a missing folder by name", async () => {
  await assert.rejects(
    RestProcess.start({ static: { folder: "/no/such/folder" } }),
    { message: /Cannot serve the files of "\/no\/such\/folder"/ },
  );
});

Deno.test("tls serves HTTPS, with HTTP/2 or without", async () => {
  await using certificate = await certificateFiles();
  const { cert, key, authority } = certificate;
  await using server = await RestProcess.start({ tls: { cert, key } }, {
    routes: (context) => {
      handleRoute(context, "GET /hello", () => "secret");
      handleRoute(context, "POST /echo", ({ body }) => body);
    },
  });
  const caCerts = [authority];
  for (const http2 of [true, false]) {
    using client = Deno.createHttpClient({ caCerts, http2, http1: !http2 });
    const get = await fetch(`${server.url}/hello`, { client });
    assert.equal(await get.text(), "secret");
    const post = { client, method: "POST", body: "text" };
    assert.equal(
      await (await fetch(`${server.url}/echo`, post)).text(),
      "text",
    );
  }
});

Deno.test("invalid tls files fail the start with the name of the file", async (t) => {
  await using certificate = await certificateFiles();
  const { cert, key } = certificate;
  const cases: [name: string, tls: unknown, message: RegExp][] = [
    ["no file", { cert: "/no/such.pem", key }, /certificate "\/no\/such.pem"/],
    ["no PEM", { cert, key: import.meta.filename }, /key ".*": it holds/],
    [
      "the key as certificate",
      { cert: key, key },
      /certificate .* cannot be used/,
    ],
  ];
  for (const [name, tls, message] of cases) {
    await t.step(name, async () => {
      await assert.rejects(RestProcess.start({ tls }), { message });
    });
  }
});

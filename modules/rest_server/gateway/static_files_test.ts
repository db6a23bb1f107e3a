import assert from "node:assert/strict";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { fileAnswer } from "./file_answer.ts";

const TEXT = "0123456789";

async function withFiles(
  work: (server: RestProcess, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const names = [
    "a,b.txt",
    "a+b.txt",
    "a#b.txt",
    "a%b.txt",
    "a%20b.txt",
    "é.txt",
  ];
  for (const name of ["plain.txt", ...names]) {
    await Deno.writeTextFile(`${folder}/${name}`, TEXT);
  }
  {
    await using server = await RestProcess.start({
      static: { folder, path: "/files" },
    });
    await work(server, folder);
  }
  await Deno.remove(folder, { recursive: true });
}

Deno.test("static serves files with any character in their name", async () => {
  await withFiles(async (server) => {
    for (
      const path of [
        "a,b.txt",
        "a%2Cb.txt",
        "a+b.txt",
        "a%2bb.txt",
        "a%23b.txt",
        "a%25b.txt",
        "a%2520b.txt",
        "%C3%A9.txt",
      ]
    ) {
      const answer = await server.exchange(
        `GET /files/${path} HTTP/1.1\r\nHost: a\r\n\r\n`,
      );
      assert.equal(statusOf(answer), 200, path);
      assert(answer.endsWith(TEXT), path);
    }
  });
});

Deno.test("static answers conditional requests, and ranges", async (t) => {
  await withFiles(async (server, folder) => {
    const get = async (headers: Record<string, string>, method = "GET") => {
      const response = await server.fetch("/files/plain.txt", {
        method,
        headers,
      });
      return { response, text: await response.text() };
    };
    const { response: first } = await get({});
    const etag = first.headers.get("etag")!;
    const date = first.headers.get("last-modified")!;
    assert.match(etag, /^"[^"]+"$/);
    assert.equal(first.headers.get("accept-ranges"), "bytes");
    const past = new Date(Date.parse(date) - 1_000).toUTCString();
    const cases: [
      headers: Record<string, string>,
      status: number,
      text: string,
      range?: string,
    ][] = [
      [{ "if-none-match": etag }, 304, ""],
      [{ "if-none-match": `"x", W/${etag}` }, 304, ""],
      [{ "if-none-match": "*" }, 304, ""],
      [{ "if-none-match": '"x"' }, 200, TEXT],
      [{ "if-modified-since": date }, 304, ""],
      [{ "if-modified-since": past }, 200, TEXT],
      [{ "if-modified-since": "nonsense" }, 200, TEXT],
      [{ "if-modified-since": "2030" }, 200, TEXT],
      [{ "if-modified-since": "Fri Jan  1 00:00:00 2100" }, 304, ""],
      [{ "if-unmodified-since": "1" }, 200, TEXT],
      [{ "if-none-match": '"x"', "if-modified-since": date }, 200, TEXT],
      [{ "if-match": etag }, 200, TEXT],
      [{ "if-match": '"x"' }, 412, ""],
      [{ "if-unmodified-since": past }, 412, ""],
      [{ range: "bytes=2-4" }, 206, "234", "bytes 2-4/10"],
      [{ range: "bytes=7-" }, 206, "789", "bytes 7-9/10"],
      [{ range: "bytes=-2" }, 206, "89", "bytes 8-9/10"],
      [{ range: "bytes=0-99" }, 206, TEXT, "bytes 0-9/10"],
      [{ range: "bytes=10-" }, 416, "", "bytes */10"],
      [{ range: "bytes=-0" }, 416, "", "bytes */10"],
      [{ range: "bytes=5-2" }, 200, TEXT],
      [{ range: "bytes=0-1,3-4" }, 200, TEXT],
      [{ range: "lines=0-1" }, 200, TEXT],
      [{ range: "bytes=0-1", "if-range": etag }, 206, "01", "bytes 0-1/10"],
      [{ range: "bytes=0-1", "if-range": date }, 206, "01", "bytes 0-1/10"],
      [{ range: "bytes=0-1", "if-range": '"x"' }, 200, TEXT],
    ];
    for (const [headers, status, text, range] of cases) {
      await t.step(`${JSON.stringify(headers)}: ${status}`, async () => {
        const found = await get(headers);
        assert.equal(found.response.status, status);
        assert.equal(found.text, text);
        assert.equal(
          found.response.headers.get("content-range"),
          range ?? null,
        );
        assert.equal(found.response.headers.get("etag"), etag);
      });
    }
    await t.step("HEAD has the headers of GET", async () => {
      const { response, text } = await get({}, "HEAD");
      assert.equal(text, "");
      assert.equal(response.headers.get("etag"), etag);
      assert.equal(response.headers.get("content-length"), "10");
    });
    await t.step("HEAD has no range", async () => {
      const { response } = await get({ range: "bytes=2-4" }, "HEAD");
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-length"), "10");
    });
    await t.step("other content has another tag", async () => {
      await Deno.writeTextFile(`${folder}/plain.txt`, "longer than it was");
      const { response } = await get({ "if-none-match": etag });
      assert.equal(response.status, 200);
    });
  });
});

Deno.test("fileAnswer() of an empty file has no range", () => {
  const info = { size: 0, modified: 1_000 };
  assert.equal(fileAnswer(info, new Headers(), "GET").status, 200);
  const range = new Headers({ range: "bytes=0-" });
  assert.equal(fileAnswer(info, range, "GET").status, 416);
});

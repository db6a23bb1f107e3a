import assert from "node:assert/strict";
import { AttachedProcess } from "./attached_process.ts";

async function attach(
  content: object | string,
  mode: number,
): Promise<AttachedProcess> {
  const file = await Deno.makeTempFile();
  const text = typeof content === "string" ? content : JSON.stringify(content);
  await Deno.writeTextFile(file, text);
  await Deno.chmod(file, mode);
  try {
    return await AttachedProcess.at(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a file is used only if it is the user's alone and names this machine", async (t) => {
  const good = { url: "http://127.0.0.1:1", token: "t" };
  const cases: [name: string, object | string, mode: number, RegExp][] = [
    ["readable by the group", good, 0o640, /others may read or write/],
    ["writable by all", good, 0o602, /others may read or write/],
    [
      "another machine",
      { ...good, url: "http://evil.example:1" },
      0o600,
      /not of this machine/,
    ],
    [
      "a name that begins like this machine's",
      { ...good, url: "http://127.0.0.1.evil:1" },
      0o600,
      /not of this machine/,
    ],
    [
      "a user in the address",
      { ...good, url: "http://127.0.0.1:1@evil" },
      0o600,
      /not of this machine/,
    ],
    [
      "another scheme",
      { ...good, url: "https://127.0.0.1:1" },
      0o600,
      /not of this machine/,
    ],
    ["no token", { url: good.url }, 0o600, /no address in it/],
    ["no JSON", "nonsense", 0o600, /no address in it/],
  ];
  for (const [name, content, mode, message] of cases) {
    await t.step(name, async () => {
      await assert.rejects(attach(content, mode), {
        code: "INVALID_OPTION",
        message,
      });
    });
  }
  await t.step("a good one", async () => {
    await attach(good, 0o600);
    await attach({ ...good, url: "http://[::1]:80" }, 0o400);
  });
});

import assert from "node:assert/strict";
import { inspectionJail, startInspectionInJail } from "./inspection_jail.ts";

const jail = await inspectionJail();

Deno.test({
  name: jail
    ? "an inspection in the jail has its code, no other file and no network"
    : "an inspection in the jail (skipped: this machine has none)",
  ignore: jail === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const code = `${folder}/code.ts`;
    await Deno.writeTextFile(code, "export const own = 'own code';");
    await Deno.writeTextFile(`${folder}/secret.txt`, "secret");
    await using listener = disposable(
      Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    const { port } = listener.addr as Deno.NetAddr;
    const process = await startInspectionInJail(
      jail!,
      ["run", "--quiet", "--allow-all", "--no-config", "--no-lock", "-"],
      { denoDir: `${folder}/none`, files: [code] },
    );
    const attempt = (name: string) =>
      `await Promise.resolve().then(() => ${name})` +
      `.then(() => "done", ({ name }) => name)`;
    const attempts = [
      `Deno.readTextFile("${folder}/secret.txt")`,
      `Deno.writeTextFile("${code}", "")`,
      `Deno.connect({ hostname: "127.0.0.1", port: ${port} })`,
    ].map(attempt);
    await process.send(
      `import { own } from "file://${code}";` +
        `console.log(JSON.stringify([own, ${attempts.join()}]));`,
    );
    const [output, errors] = await Promise.all([
      new Response(ReadableStream.from(process.stdout)).text(),
      new Response(ReadableStream.from(process.stderr)).text(),
    ]);
    await process.status;
    assert.equal(errors, "");
    assert.deepEqual(JSON.parse(output), [
      "own code",
      "NotFound",
      "Error", // the file system is read-only
      "ConnectionRefused",
    ]);
    await Deno.remove(folder, { recursive: true });
  },
});

function disposable(listener: Deno.Listener) {
  return Object.assign(listener, {
    [Symbol.asyncDispose]: () => Promise.resolve(listener.close()),
  });
}

import assert from "node:assert/strict";
import { Changes } from "./changes.ts";

Deno.test("Changes reports a write, a rename and a removal of a watched file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "caryatid changes " });
  using changes = new Changes();
  try {
    const file = `${folder}/a.txt`;
    changes.watch([file, `${folder}/gone/b.txt`]);
    let settled = 0;
    const next = () => changes.settled().then(() => settled++);
    const first = next();
    await Deno.writeTextFile(`${folder}/neighbour.txt`, "1");
    await Deno.writeTextFile(file, "1");
    await first;
    const second = next();
    await Deno.rename(`${folder}/neighbour.txt`, file);
    await second;
    const third = next();
    await Deno.remove(file);
    await third;
    assert.equal(settled, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Changes reports a change of a link's target, and of a file in a folder that was renamed away and back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "caryatid changes " });
  using changes = new Changes();
  try {
    const code = `${folder}/code`;
    await Deno.mkdir(`${folder}/real`);
    await Deno.mkdir(code);
    await Deno.writeTextFile(`${folder}/real/a.txt`, "1");
    await Deno.writeTextFile(`${code}/b.txt`, "1");
    await Deno.symlink(`${folder}/real/a.txt`, `${folder}/a.link`);
    changes.watch([`${folder}/a.link`, `${code}/b.txt`]);
    const first = changes.settled();
    await Deno.writeTextFile(`${folder}/real/a.txt`, "2");
    await first;
    const second = changes.settled();
    await Deno.rename(code, `${folder}/elsewhere`);
    await second;
    const third = changes.settled();
    await Deno.rename(`${folder}/elsewhere`, code);
    await third;
    const fourth = changes.settled();
    await Deno.writeTextFile(`${code}/b.txt`, "2");
    await fourth;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Changes reports nothing after it is disposed of", async () => {
  const folder = await Deno.makeTempDir({ prefix: "caryatid changes " });
  try {
    for (let i = 0; i < 300; i++) {
      const changes = new Changes();
      changes.watch([`${folder}/a.txt`]);
      await Deno.writeTextFile(`${folder}/a.txt`, `${i}`);
      changes[Symbol.dispose]();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { whyNotPeer } from "./peer_binary.ts";

const OLD = new Date("2026-01-01T00:00:00Z");
const NEW = new Date("2026-01-01T00:00:01Z");

Deno.test("whyNotPeer returns a reason for a Rust peer older than one of its sources", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "caryatid-peer-" });
  const peer = `${folder}/peer`;
  const file = async (path: string, time: Date) => {
    await Deno.writeTextFile(`${folder}/${path}`, "");
    await Deno.utime(`${folder}/${path}`, time, time);
  };
  const manifests = ["Cargo.lock", "Cargo.toml", "build.rs"];
  const sources = [...manifests, "src/main.rs", "src/say.rs"];
  await Deno.mkdir(`${folder}/src`);
  for (const source of sources) await file(source, OLD);
  await t.step("nothing is built", () => {
    assert.match(whyNotPeer(peer, folder)!, /^the Rust peer is not built/);
  });
  await file("peer", OLD);
  await t.step("as old as its sources", () => {
    assert.equal(whyNotPeer(peer, folder), undefined);
  });
  for (const source of sources) {
    await t.step(`${source} is newer`, async () => {
      await file(source, NEW);
      assert.equal(
        whyNotPeer(peer, folder),
        `the Rust peer is older than its ${source}: deno task test:interop`,
      );
      await file(source, OLD);
    });
  }
  await Deno.remove(folder, { recursive: true });
});

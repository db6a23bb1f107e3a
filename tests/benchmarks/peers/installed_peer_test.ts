import assert from "node:assert/strict";
import { Skip } from "../harness.ts";
import { measurePeer } from "./installed_peer.ts";

const PEER = { file: "emitter_program.ts", packages: { emittery: "2.2.0" } };

Deno.test("a peer that cannot be installed is skipped with its name and version, and leaves nothing behind", async () => {
  const cache = await Deno.makeTempDir();
  const env = {
    XDG_CACHE_HOME: cache,
    DENO_DIR: `${cache}/deno`,
    // No registry listens on this port.
    NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/",
  };
  try {
    await assert.rejects(
      measurePeer(PEER, { package: "emittery", count: 10 }, env),
      (error) =>
        error instanceof Skip &&
        error.message.startsWith("cannot install emittery@2.2.0: "),
    );
    assert.deepEqual([...Deno.readDirSync(`${cache}/caryatid-bench`)], []);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

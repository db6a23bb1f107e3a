import { defineModule, type Module, type StandardSchema } from "@caryatid/sdk";
import { playbackConfig, topicsFor } from "./playback_config.ts";

/** Options of {@linkcode createPlayback}. */
export interface PlaybackOptions {
  /** Class of the module (default: "playback"). */
  readonly name?: string;
  /**
   * Schema of all messages, as for `defineTopic`: each message is checked
   * before it is published. A type of `@caryatid/sdk/rust` also encodes
   * messages for Rust, which a recording in Rust's format needs: JSON has no
   * bytes, no `()` and one kind of number.
   */
  readonly message?: StandardSchema;
}

/**
 * Creates the module `playback` with a schema of its messages.
 *
 * @example Replay a recording of Rust to Rust
 * ```ts
 * import { createPlayback } from "@caryatid/modules/playback";
 * import { defineEnum, struct, f64, unit } from "@caryatid/sdk/rust";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${path}/0.json`, '{"None":null}');
 * await Deno.writeTextFile(`${path}/1.json`, '{"Point":{"x":1.0,"y":2.5}}');
 *
 * const point = struct({ x: f64, y: f64 });
 * const message = defineEnum({ None: unit, Point: point });
 * const config = { path, topic: "drawing" };
 * await using player = await testModule(createPlayback({ message }), config);
 * await player.settle();
 * const sent = player.bus.published.map(({ message }) => message);
 * assert.deepEqual(sent[0], { None: [] }); // as serde sends `()`
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export function createPlayback(options: PlaybackOptions = {}): Module {
  return defineModule({
    name: options.name ?? "playback",
    description: "Replays recorded messages",
    config: playbackConfig,
    permissions: ({ path }) => ({ read: [path] }),
    topics: topicsFor,
    async init(context, config) {
      const { step, path } = config;
      const steps = step === undefined ? undefined : context.subscribe(step);
      // Loaded on demand: node:fs takes long to load, and a program that
      // imports all modules may not use this one.
      const { findRecording } = await import("../record/read_recording.ts");
      const { Player } = await import("./player.ts");
      await findRecording(path); // a wrong path fails the start
      context.run(() =>
        new Player(context, config, steps, options.message).play()
      );
    },
  }) as Module;
}

/**
 * Publishes the messages of a recording at `path` again, in order and with
 * their recorded pauses.
 *
 * Mirrors caryatid_module_playback and reads its recordings, too. Unlike it,
 * this module keeps the pauses and ends without an error.
 */
const playback: Module = createPlayback();
export default playback;

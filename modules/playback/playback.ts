import { defineModule, type Module, type StandardSchema } from "@caryatid/sdk";
import { Outlet } from "./outlet.ts";
import { playbackConfig } from "./playback_config.ts";
import { topicsFor } from "./topics_for.ts";

/** What a playback is given by the program, beside its configuration. */
export interface PlaybackOptions {
  /** The class of the module ("playback"). */
  readonly name?: string;
  /**
   * The type of all messages, as `defineTopic` takes it: what is published is checked against it. With a type of
   * `@caryatid/sdk/rust` it is sent as Rust wants it, which a recording of Rust's form alone doesn't tell: JSON has no bytes, no
   * `()`, and one kind of number.
   */
  readonly message?: StandardSchema;
}

/**
 * Makes the module `playback`, with the type of its messages.
 *
 * @example A recording of Rust's, for Rust to hear
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
 * const message = defineEnum({ None: unit, Point: struct({ x: f64, y: f64 }) });
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
      // Loaded here: node:fs takes longer than all else, and who imports all modules may use others.
      const { findRecording } = await import("../record/read_recording.ts");
      const { Player } = await import("./player.ts");
      await findRecording(path); // a wrong path is told at the start
      const outlet = new Outlet(context, options.message);
      context.run(() => new Player(context, config, outlet, steps).play());
    },
  }) as Module;
}

/**
 * Publishes again what `record` wrote to `path`: in order, and with the pauses that there were.
 *
 * Mirrors caryatid_module_playback, whose recordings it reads too; but keeps time, and ends with a word instead of an error.
 */
const playback: Module = createPlayback();
export default playback;

import { defineModule, type Module } from "@caryatid/sdk";
import { playbackConfig } from "./playback_config.ts";

/**
 * Publishes again what `record` wrote to `path`: in order, and with the pauses that there were.
 *
 * Mirrors caryatid_module_playback, whose recordings it reads too; but keeps time, and ends with a word instead of an error.
 */
export default defineModule({
  name: "playback",
  description: "Replays recorded messages",
  config: playbackConfig,
  permissions: ({ path }) => ({ read: [path] }),
  async init(context, config) {
    const { step, path } = config;
    const steps = step === undefined ? undefined : context.subscribe(step);
    // Loaded here: node:fs takes longer than all else, and who imports all modules may use others.
    const { findRecording } = await import("../record/read_recording.ts");
    const { Player } = await import("./player.ts");
    await findRecording(path); // a wrong path is told at the start
    context.run(() => new Player(context, config, steps).play());
  },
}) as Module;

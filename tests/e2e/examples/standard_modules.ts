import { Process } from "@caryatid/process";

/**
 * Runs standard modules that are neither registered nor imported, but found by
 * class.
 */
await Process.main({
  config: {
    module: {
      clock: {},
      seconds: { class: "clock", topic: "clock.fast", period: 0.1 },
      spy: { topic: "clock.#" },
    },
  },
});

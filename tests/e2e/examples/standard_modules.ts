import { Process } from "@caryatid/process";

/** Neither registered nor imported: found by their class. */
await Process.main({
  config: {
    module: {
      clock: {},
      seconds: { class: "clock", topic: "clock.fast", period: 0.1 },
      spy: { topic: "clock.#" },
    },
  },
});

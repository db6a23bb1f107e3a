/**
 * Programs for `exit_codes_test.ts`: each ends in its own way. Run as
 * `programs.ts <name>`.
 */
import { Process } from "@caryatid/process";
import { defineModule, type ModuleDefinition } from "@caryatid/sdk";

type Program = {
  readonly init: ModuleDefinition["init"];
  readonly config?: string;
};

const forEver = () => new Promise<void>(() => {});

const programs: Record<string, Program> = {
  "stops by a signal": {
    init(context) {
      context.run(async () => {
        while (!context.signal.aborted) await context.publish("tick", null);
      });
    },
  },
  "fails in a loop": {
    init(context) {
      context.run(() => Promise.reject(new Error("the loop broke")));
    },
  },
  "fails in init": {
    init() {
      throw new Error("init broke");
    },
  },
  "has an unhandled rejection": {
    init(context) {
      context.run(async () => {
        Promise.reject(new Error("not caught"));
        await forEver();
      });
    },
    config: "lifecycle.stop-deadline = 0.1",
  },
  "throws in a timer": {
    init(context) {
      context.run(async () => {
        setTimeout(() => {
          throw new Error("in a timer");
        });
        await context.clock.sleep(60_000);
      });
    },
  },
  "has a bad section": {
    init() {},
    config: 'module.program.on-failure = "explode"',
  },
  "is broken TOML": { init() {}, config: "[module.program" },
  "imports a missing file": {
    init() {},
    config: 'module.other.import = "./not_there.ts"',
  },
  "drains too slowly": {
    init(context) {
      context.run(forEver);
    },
    config: "lifecycle.stop-deadline = 0.1",
  },
  "never stops": {
    init(context) {
      context.run(forEver);
    },
    config: "lifecycle.stop-deadline = 3600",
  },
  "is slow to start": {
    init: forEver,
  },
};

const program = programs[Deno.args[0] ?? ""]!;
const config = [
  "[log]\n[module.program]\n",
  program.config ?? "",
].filter((text) => text !== "");
const module = defineModule({
  name: "program",
  init(context, section) {
    const begun = program.init(context, section, { previous: undefined });
    context.log.info("begun");
    return begun;
  },
});
await Process.main({ config, modules: [module], base: import.meta.url });

import { milliseconds } from "../core/count.ts";
import type { Case } from "../harness.ts";
import { caryatid, ConfigFile, path } from "./command.ts";

const MODULES = 50;

/** Duration of a complete `caryatid check`. */
export const check: Case = {
  name: "check",
  unit: "ms",
  runs: 15,
  run: async () => {
    await using file = await ConfigFile.of(configuration());
    const took = await milliseconds(() => checked(file.path));
    return { [`modules-${MODULES}`]: took };
  },
  goals: [{ of: `modules-${MODULES}`, most: 500 }],
  remark: "caryatid check, from the command to its end: half of the modules " +
    "are a local file each, half clocks",
};

/** A check whose results are not cached, and the same one again. */
export const coldCheck: Case = {
  name: "check-cold",
  unit: "ms",
  run: async () => {
    await using file = await ConfigFile.of(configuration(crypto.randomUUID()));
    const cold = await milliseconds(() => checked(file.path));
    const unchanged = await milliseconds(() => checked(file.path));
    return { cold, unchanged };
  },
  ratio: ["cold", "unchanged"],
  goals: [{ of: "ratio", most: 4 }],
  remark: `caryatid check of ${MODULES} modules as in check, whose sections ` +
    "are new, so that each module is inspected; then of the same file again",
};

/**
 * Local modules are copies of one file, so that Deno loads each separately.
 * Results are cached by section, so another `word` makes new ones.
 */
function configuration(word = "tick"): string {
  const local = path("examples/simple/subscriber.ts");
  const sections = Array.from(
    { length: MODULES },
    (_, number) =>
      number % 2 === 0
        ? `[module.clock-${number}]\nclass = "clock"\ntopic = "${word}.n${number}"`
        : `[module.subscriber-${number}]\nclass = "subscriber"\n` +
          `import = ${JSON.stringify(`file://${local}?${number}`)}\n` +
          `topic = "${word}.n${number - 1}"`,
  );
  return sections.join("\n");
}

async function checked(file: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: caryatid("check", file),
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(success ? stdout : stderr);
  if (!success || !said.startsWith(`ok: ${MODULES} modules`)) {
    throw new Error(`check is wrong: ${said}`);
  }
}

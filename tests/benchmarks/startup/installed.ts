import { VERSION } from "../../../process/platform/version.ts";
import { Consumer, SDK } from "../../registry/consumer.ts";
import { Registries } from "../../registry/registries.ts";
import type { Case, Figures } from "../harness.ts";
import { storeCodeCache } from "./code_cache.ts";
import { exitingExample, STAYS } from "./exiting_example.ts";
import { costFigures, runCost } from "./run_cost.ts";

const IMPORTS = {
  imports: {
    "@caryatid/sdk": SDK,
    "@caryatid/process": `jsr:@caryatid/process@^${VERSION}`,
  },
};

/** Start of a program whose packages come from a registry, as users have it. */
export const installed: Case = {
  name: "first-message-installed",
  unit: "ms",
  runs: 15,
  run: installedAgainstEmpty,
  ratio: ["cpu", "peer-cpu"],
  remark:
    "processor time until the first message of examples/simple is received, with " +
    "packages from jsr: and npm: in the cache; peer: an empty file",
};

interface Installed {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

let installation: Promise<Installed> | undefined;

/** Installs the example once; its first start fills the caches. */
async function install(): Promise<Installed> {
  await using registries = await Registries.start();
  const files = {
    ...await exitingExample(),
    "deno.json": JSON.stringify(IMPORTS),
  };
  const made = await Consumer.make(registries, files);
  addEventListener("unload", () => {
    Deno.removeSync(made.folder, { recursive: true });
  });
  await storeCodeCache(made.start(["run", STAYS, "--allow-net", "main.ts"]));
  const env = {
    DENO_DIR: `${made.folder}/.deno`,
    JSR_URL: registries.jsr.url,
    NPM_CONFIG_REGISTRY: registries.npm.url,
  };
  return { cwd: made.folder, env };
}

async function installedAgainstEmpty(): Promise<Figures> {
  const options = await (installation ??= install());
  const cached = ["run", "--cached-only", "--allow-net"];
  return await costFigures(
    () => runCost([...cached, "main.ts"], options),
    () => runCost([...cached, "empty.ts"], options),
  );
}

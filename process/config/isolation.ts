import { platform } from "../platform.ts";
import type { Layers } from "./layers.ts";
import type { GrantsAround } from "./module_grants.ts";
import { readLimits } from "./module_limits.ts";
import type {
  Isolation,
  IsolationConfig,
  ModuleGrants,
} from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

const ISOLATION: readonly Isolation[] = ["none", "worker", "process"];

/** Where the code of a module or bus runs: `isolation`, `permissions` and `limits` of its section. */
export async function readIsolation(
  reader: TableReader,
  layers: Layers,
  report: Report,
): Promise<IsolationConfig> {
  const isolation = reader.choice("isolation", ISOLATION, "none");
  checkPlatform(reader, isolation, report);
  const around = { isolation, layers, report };
  return {
    isolation,
    permissions: await readPermissions(reader, around),
    limits: readLimits(reader, isolation, report),
  };
}

/** What isn't isolated where that is wanted mustn't run. */
function checkPlatform(
  { path }: TableReader,
  isolation: Isolation,
  report: Report,
): void {
  if (isolation === "none" || platform.isDeno) return;
  report.refuse(
    [...path, "isolation"],
    `found "${isolation}" on ${platform.name}, which isolates no modules, wanted Deno`,
    { hint: "run it with Deno, or leave isolation out" },
  );
}

/** Its code is loaded only where something is granted: each file takes its part of a start. */
async function readPermissions(
  reader: TableReader,
  around: GrantsAround,
): Promise<ModuleGrants | undefined> {
  if (reader.value("permissions") === undefined) return undefined;
  const { readGrants } = await import("./module_grants.ts");
  return readGrants(reader.reader("permissions"), around);
}

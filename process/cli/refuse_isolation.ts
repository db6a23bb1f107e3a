import { CaryatidError } from "@caryatid/sdk";
import { formatPlace } from "../config/config_error.ts";
import type { ModuleConfig } from "../config/process_config.ts";
import type { Subject } from "./subject.ts";

type Isolation = ModuleConfig["isolation"];

/** Why what a command makes can't hold some modules. */
export interface Refusal {
  /** What can't be done with the module: `compile`. */
  readonly what: string;
  /** How it may be isolated. */
  readonly fit: readonly Isolation[];
  readonly why: string;
  readonly hint: string;
}

/**
 * Refuses modules and buses that are isolated otherwise than what is made of them can do.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` that names the first one's line
 */
export async function refuseIsolation(
  { config }: Pick<Subject, "config">,
  { what, fit, why, hint }: Refusal,
): Promise<void> {
  const found = [...config.modules, ...config.buses]
    .find(({ isolation }) => !fit.includes(isolation));
  if (found === undefined) return;
  const place = await config.place([...found.path, "isolation"]);
  const wanted = fit.map((one) => `"${one}"`).join(" or ");
  throw new CaryatidError(
    "INVALID_CONFIG",
    `${place ? `${formatPlace(place)}: ` : ""}Cannot ${what} ` +
      `[${found.path.join(".")}]: found isolation = "${found.isolation}", ` +
      `wanted ${wanted}: ${why}`,
    { hint },
  );
}

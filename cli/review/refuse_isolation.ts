import { CaryatidError } from "@caryatid/sdk";
import {
  formatPlace,
  type ModuleConfig,
} from "@caryatid/process/internal/config";
import type { CheckedConfig } from "./checked_config.ts";

/** Kinds of isolation that a command supports. */
export interface IsolationSupport {
  /** The command as an error shows it: `compile`. */
  readonly action: string;
  readonly supported: readonly ModuleConfig["isolation"][];
  readonly reason: string;
  readonly hint: string;
}

/**
 * Refuses modules and buses whose isolation a command does not support.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` with the place of the first one
 */
export async function refuseIsolation(
  { config }: Pick<CheckedConfig, "config">,
  { action, supported, reason, hint }: IsolationSupport,
): Promise<void> {
  const found = [...config.modules, ...config.buses]
    .find(({ isolation }) => !supported.includes(isolation));
  if (found === undefined) return;
  const place = await config.place([...found.path, "isolation"]);
  const wanted = supported.map((one) => `"${one}"`).join(" or ");
  throw new CaryatidError(
    "INVALID_CONFIG",
    `${place ? `${formatPlace(place)}: ` : ""}Cannot ${action} ` +
      `[${found.path.join(".")}]: found isolation = "${found.isolation}"; ` +
      `expected ${wanted}: ${reason}`,
    { hint },
  );
}

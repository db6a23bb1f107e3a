import type { ModuleConfig } from "@caryatid/process/internal/config";
import { readFaultyFiles, reusableUrls } from "../project/config_files.ts";

/** Port of a dashboard that a command adds. */
const USUAL_PORT = "9800";
/** Ports of a dashboard that may be at any free port. */
const PORTS = `[${USUAL_PORT}, 0]`;
/** Id and class of a dashboard that a command adds. */
const DASHBOARD = "dashboard";

/**
 * Returns the URL of a configuration with a dashboard. The port is written out
 * because a process reads variables of written keys only.
 */
export function dashboardFile(ports: string = USUAL_PORT): string {
  const text = `[module.${DASHBOARD}]\nport=${ports}`;
  return `data:application/toml,${encodeURIComponent(text)}`;
}

/**
 * Returns the files with a dashboard under them, so that they can override its
 * keys. It has a free port if the usual one is in use.
 *
 * Returns the files alone if they divide their modules into processes, which
 * list their modules; if they have a dashboard with another id; or if another
 * module has the id of the dashboard.
 *
 * @param envPrefix prefix of variables that override the files (CARYATID)
 */
export async function withDashboard(
  files: readonly string[],
  envPrefix?: string,
): Promise<readonly string[]> {
  if (await excludesDashboard(files, envPrefix)) return files;
  return [dashboardFile(PORTS), ...files];
}

async function excludesDashboard(
  files: readonly string[],
  envPrefix: string | undefined,
): Promise<boolean> {
  try {
    const urls = reusableUrls(files);
    const { config } = await readFaultyFiles(urls, { envPrefix });
    return config.processes.length > 0 ||
      config.modules.some((one) => isDashboard(one) !== (one.id === DASHBOARD));
  } catch {
    return false; // the command reports the problem and waits for a change
  }
}

function isDashboard({ className, import: specifier }: ModuleConfig): boolean {
  return className === DASHBOARD && specifier === undefined;
}

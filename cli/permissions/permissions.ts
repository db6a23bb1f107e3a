import { readValidConfig } from "../review/valid_config.ts";
import { shellLine } from "../deno/deno_command.ts";
import { type Part, partName } from "../inspection/inspection.ts";
import { configUrl } from "../project/config_files.ts";
import type { CheckOptions } from "../review/checked_config.ts";
import { jailLines } from "../review/jail_lines.ts";
import { workerSources } from "../run/guests.ts";
import { harmless, type Terminal } from "../terminal/terminal.ts";
import { type Grant, grantsOf, isolationFlags } from "./grants.ts";
import { permissionFlags } from "./permission_flags.ts";

const HEAD = ["WHO", "PERMISSION", "VALUE", "WHY"] as const;

/**
 * `caryatid permissions FILE…`: lists the grants of `run` with their owners and
 * reasons. Returns the exit code.
 */
export async function permissions(
  terminal: Terminal,
  files: readonly string[],
  { json, ...options }: CheckOptions & {
    /** Writes one JSON object instead of a table. */
    readonly json?: boolean | undefined;
  } = {},
): Promise<0 | 2> {
  const checked = await readValidConfig(
    terminal,
    files.map(configUrl),
    options,
  );
  if (checked === undefined) return 2;
  const grants = [
    ...await workerSources(checked, options),
    ...grantsOf(checked),
  ];
  const flags = [
    ...isolationFlags(checked),
    ...permissionFlags(grants, [], checked.config.importHosts),
  ];
  if (json) {
    const parts = checked.parts.map(partJson);
    terminal.print(JSON.stringify({ parts, grants, flags }, null, 2));
    return 0;
  }
  const withoutGrants = checked.parts.map(partName).filter((name) =>
    grants.every(({ who }) => who !== name)
  );
  const rows = [
    ...grants.map((grant) => [
      grant.who,
      grant.kind,
      grant.value,
      reason(grant),
    ]),
    ...withoutGrants.map((name) => [name, "-", "-", "it asks for nothing"]),
  ];
  for (const line of table([HEAD, ...rows])) terminal.print(line);
  terminal.print("");
  terminal.print(shellLine(["run", ...flags]));
  if (grants.some(({ holder }) => holder === "worker")) {
    terminal.print(
      "\nA worker can have only permissions that its process has: this process, and so its modules without isolation, have them, too.",
    );
  }
  if (checked.parts.some(({ config }) => config.isolation === "process")) {
    terminal.print(
      "\ncaryatid run starts the processes of modules itself: this process has a socket to it for that, not the right to start Deno, which would be every right.",
    );
  }
  for (const line of await jailLines(checked)) terminal.print(line);
  return 0;
}

function reason({ why, holder }: Grant): string {
  return holder === undefined ? why : `${why}: to its ${holder}`;
}

function partJson(part: Part): Record<string, unknown> {
  const { specifier, config, inspection: { permissions: asks } } = part;
  const isIsolated = config.isolation !== "none";
  const granted = config.permissions;
  return {
    who: partName(part),
    specifier,
    asks,
    ...isIsolated && { isolation: config.isolation },
    ...config.isolation === "process" && { jail: config.jail },
    ...granted && { granted },
  };
}

function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => harmless(cell)));
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")
      .trimEnd()
  );
}

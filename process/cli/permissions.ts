import { configUrl } from "./config_files.ts";
import { permissionFlags } from "./deno_flags.ts";
import { type Grant, grantsOf, isolationFlags } from "./grants.ts";
import { shellLine } from "./shell_line.ts";
import { showProblems } from "./show_problems.ts";
import { type Part, readSubject, type SubjectOptions } from "./subject.ts";
import { harmless, type Terminal } from "./terminal.ts";

/** What `permissions` takes besides its files. */
export interface PermissionsOptions extends SubjectOptions {
  /** Writes one JSON object instead of a table. */
  readonly json?: boolean | undefined;
}

const HEAD = ["WHO", "PERMISSION", "VALUE", "WHY"] as const;

/** `caryatid permissions FILE…`: who is granted what by `run`, and why. Gives the exit code. */
export async function permissions(
  terminal: Terminal,
  files: readonly string[],
  options: PermissionsOptions = {},
): Promise<0 | 2> {
  const subject = await readSubject(files.map(configUrl), options);
  if (subject.problems.length > 0) {
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  const grants = grantsOf(subject);
  const flags = [
    ...isolationFlags(subject),
    ...permissionFlags(grants, [], subject.config.importHosts),
  ];
  if (options.json) {
    const parts = subject.parts.map(askedJson);
    terminal.print(JSON.stringify({ parts, grants, flags }, null, 2));
    return 0;
  }
  const silent = subject.parts.map(nameOf).filter((name) =>
    grants.every(({ who }) => who !== name)
  );
  const rows = [
    ...grants.map((grant) => [grant.who, grant.kind, grant.value, why(grant)]),
    ...silent.map((name) => [name, "-", "-", "it asks for nothing"]),
  ];
  for (const line of table([HEAD, ...rows])) terminal.print(line);
  terminal.print("");
  terminal.print(shellLine("deno", ["run", ...flags]));
  for (const line of remarks(grants)) terminal.print(`\n${line}`);
  return 0;
}

function why({ why, holder }: Grant): string {
  return holder === undefined ? why : `${why}: to its ${holder}`;
}

/** What the flags don't say of themselves. */
function remarks(grants: readonly Grant[]): string[] {
  const holders = new Set(grants.map(({ holder }) => holder));
  return [
    ...holders.has("worker")
      ? [
        "A worker can have only what its process has, so this has it, too, and modules without isolation with it.",
      ]
      : [],
    ...grants.some(({ kind }) => kind === "run")
      ? [
        "Who may start Deno may do anything: so may modules without isolation here. A module's own process has only what is granted to it.",
      ]
      : [],
  ];
}

/** What one asks for, in its own words. */
function askedJson(part: Part): Record<string, unknown> {
  const { specifier, config, inspection: { permissions: asks } } = part;
  const isIsolated = "isolation" in config && config.isolation !== "none";
  const granted = "permissions" in config ? config.permissions : undefined;
  return {
    who: nameOf(part),
    specifier,
    asks,
    ...isIsolated && { isolation: config.isolation },
    ...granted && { granted },
  };
}

function nameOf({ kind, config }: Part): string {
  return `${kind}.${config.id}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map((cell) => harmless(cell)));
  const widths = HEAD.map((_, column) =>
    Math.max(...clean.map((row) => row[column]!.length))
  );
  return clean.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")
      .trimEnd()
  );
}

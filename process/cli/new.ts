import { CaryatidError } from "@caryatid/sdk";
import { basename, dirname, join, resolve } from "node:path";
import {
  type Files,
  moduleFiles,
  projectFiles,
  TEMPLATE_MODULES,
} from "./template.ts";
import type { Terminal } from "./terminal.ts";

/** What can be made. */
export type NewKind = "module" | "project";

/**
 * `caryatid new project|module PATH`: writes the files of a template. Nothing that is there is written over.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a name that no module can have, or files that are there; `STORAGE_FAILED`
 */
export async function makeNew(
  terminal: Terminal,
  kind: NewKind,
  path: string,
): Promise<0> {
  const name = basename(resolve(path));
  checkName(name);
  const isProject = kind === "project";
  if (isProject && TEMPLATE_MODULES.includes(name)) throw takenError(name);
  const folder = isProject ? resolve(path) : dirname(resolve(path));
  const files = isProject ? projectFiles(name, folder) : moduleFiles(name);
  try {
    await write(folder, files);
  } catch (cause) {
    throw storageError(folder, cause);
  }
  for (const file of Object.keys(files)) {
    terminal.print(join(isProject ? path : dirname(path), file));
  }
  return 0;
}

async function write(folder: string, files: Files): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const file of Object.keys(files)) await checkAbsent(join(folder, file));
  for (const [file, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, file), text, { createNew: true });
  }
}

/** Its file would have two modules of that name. */
function takenError(name: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot make a project "${name}": found the name of a module that ` +
      "stands in its caryatid.toml, wanted another",
    { hint: `for example "my-${name}"` },
  );
}

function checkName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot make ${JSON.stringify(name)}: ` +
      'wanted lower-case words joined by "-"',
    { hint: 'for example "price-watch"' },
  );
}

async function checkAbsent(path: string): Promise<void> {
  const found = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (!found) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot make "${path}": found a file, wanted none`,
    { hint: "choose another name" },
  );
}

function storageError(folder: string, cause: unknown): CaryatidError {
  if (cause instanceof CaryatidError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CaryatidError(
    "STORAGE_FAILED",
    `Cannot write to "${folder}": ${why}`,
    { cause },
  );
}

import { CaryatidError } from "@caryatid/sdk";
import { basename, dirname, join, resolve } from "node:path";
import type { Files } from "./files.ts";
import { nearest } from "@caryatid/process/internal/config";
import {
  takenNames,
  type TemplateName,
  templateOf,
  TEMPLATES,
} from "./template.ts";
import { storageError } from "../project/files.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * `caryatid new PATH`: writes the files of a template, and prints the next
 * commands. Existing files are not overwritten.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` for an unknown template, an invalid name or existing files;
 * `STORAGE_FAILED`
 */
export async function makeNew(
  terminal: Terminal,
  path: string,
  template: string,
): Promise<0> {
  if (!isTemplate(template)) throw unknownTemplate(template);
  const name = basename(resolve(path));
  checkName(name);
  if (takenNames(template).includes(name)) throw takenError(name);
  const isProject = template !== "module";
  const folder = isProject ? resolve(path) : dirname(resolve(path));
  const { files, next } = templateOf(template, { name, folder, path });
  try {
    await write(folder, files);
  } catch (cause) {
    throw cause instanceof CaryatidError ? cause : storageError(folder, cause);
  }
  for (const file of Object.keys(files)) {
    terminal.print(join(isProject ? path : dirname(path), file));
  }
  terminal.print("\nNext:");
  for (const command of next) terminal.print(`  ${command}`);
  return 0;
}

async function write(folder: string, files: Files): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const file of Object.keys(files)) await checkAbsent(join(folder, file));
  for (const [file, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.writeTextFile(join(folder, file), text, { createNew: true });
  }
}

/** The configuration would have two modules of that name. */
function takenError(name: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot make a project "${name}": found the name of a module in ` +
      "its caryatid.toml; expected another",
    { hint: `Use for example "my-${name}".` },
  );
}

function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name);
}

function unknownTemplate(name: string): CaryatidError {
  const known = Object.keys(TEMPLATES);
  const near = nearest(name, known);
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the template "${name}": expected one of ${known.join(", ")}`,
    near === undefined ? {} : { hint: `Write "${near}".` },
  );
}

function checkName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot make ${JSON.stringify(name)}: ` +
      'expected lower-case words joined by "-"',
    { hint: 'Use for example "price-watch".' },
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
    `Cannot make "${path}": found a file; expected none`,
    { hint: "Choose another name." },
  );
}

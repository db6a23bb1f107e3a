import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "../../platform/file_urls.ts";

const BROKER = "DENO_PERMISSION_BROKER_PATH";

/**
 * Returns an environment variable, or undefined if this program may not read
 * it.
 */
export function readableVariable(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/** Returns an environment variable, or undefined if it is missing. */
type ReadVariable = (variable: string) => string | undefined;

/** Variables that name files with certificates of authorities. */
const CERTIFICATE_FILES = ["DENO_CERT", "NODE_EXTRA_CA_CERTS"];
/** Variables of trust in certificates. */
const TRUST = ["DENO_TLS_CA_STORE", ...CERTIFICATE_FILES];
/** Variables that name registries. */
const REGISTRIES = ["JSR_URL", "NPM_CONFIG_REGISTRY"];
/** Variables by which Deno finds its cache, registries and temporary files. */
const SOURCES = [
  ...["DENO_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", ...REGISTRIES],
  ...["TMPDIR", "TMP", "TEMP"],
];

/**
 * Returns the paths of files with certificates that an environment names, as a
 * jail with network access mounts them.
 */
export function certificateFiles(env: Record<string, string>): string[] {
  return CERTIFICATE_FILES.flatMap((name) => env[name] ?? []);
}

/**
 * Returns the environment that Deno itself needs, as far as this program may
 * read it.
 */
export function denoEnvironment(): Record<string, string> {
  return readableOf([...SOURCES, ...TRUST]);
}

/**
 * Returns the environment that Deno itself needs in a guest with sealed code,
 * which uses neither a cache nor a registry. A guest cannot read the variables
 * without a grant.
 */
export function guestEnvironment(
  read: ReadVariable = readableVariable,
): Record<string, string> {
  return readableOf(TRUST, read);
}

/** Returns the environment by which Deno finds downloaded code in its cache. */
export function registryEnvironment(): Record<string, string> {
  return readableOf(REGISTRIES);
}

function readableOf(
  names: readonly string[],
  read: ReadVariable = readableVariable,
): Record<string, string> {
  const variables: Record<string, string> = {
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
  };
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/**
 * Checks that no permission broker of Deno decides in place of the permissions
 * of guests.
 *
 * @throws {CaryatidError} `GUEST_REFUSED`
 */
export function checkNoBroker(name: string): void {
  if (readableVariable(BROKER) === undefined) return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name}: found ${BROKER} in the environment, which ` +
      "decides in place of what the module is granted",
    { hint: `Unset ${BROKER}.` },
  );
}

const COMMAND_LINE = "/proc/self/cmdline";

/**
 * Returns the arguments that Deno was started with, or undefined if they cannot
 * be read.
 */
export async function commandLine(): Promise<readonly string[] | undefined> {
  const line = await readable(COMMAND_LINE);
  return line === "" ? undefined : line?.split("\0");
}

/** Yields the files that may be the configuration of Deno, in order. */
export function* configFiles(words: readonly string[]): Iterable<URL | string> {
  const named = words.findIndex((word) => /^(-c|--config)(=|$)/.test(word));
  if (named >= 0) {
    yield words[named]!.split("=")[1] ?? words[named + 1] ?? "deno.json";
    return;
  }
  const start = Deno.mainModule.startsWith("file:")
    ? new URL(".", Deno.mainModule)
    : new URL(`file://${Deno.cwd()}/`);
  for (let folder = start;; folder = new URL("..", folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) yield new URL(name, folder);
    if (folder.pathname === "/") return;
  }
}

/**
 * Returns the path of Deno's configuration, as far as this program may read it.
 * The imports of a guest are resolved by the same file.
 */
async function configFile(): Promise<string | undefined> {
  for (const file of configFiles(await commandLine() ?? [])) {
    const text = await readable(file);
    if (text) return file instanceof URL ? filePath(file) : file;
  }
  // A checkout has a known file; packages of a registry need no file.
  return import.meta.url.startsWith("file:")
    ? filePath(new URL("../../deno.json", import.meta.url))
    : undefined;
}

/** Returns the flag that names the file of {@linkcode configFile}. */
export async function configFlag(): Promise<string> {
  const file = await configFile();
  return file === undefined ? "--no-config" : `--config=${file}`;
}

/** Returns true if this program may start Deno. */
export function mayRunDeno(): boolean {
  const command = Deno.execPath();
  const { state } = Deno.permissions.querySync({ name: "run", command });
  return state === "granted";
}

/**
 * Returns the text of a file, "" if the file is missing, or undefined if the
 * file cannot be read.
 */
export async function readable(
  path: string | URL,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "" : undefined;
  }
}

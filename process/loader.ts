import { CaryatidError, type Module } from "@caryatid/sdk";

/** Imports a specifier; the program's own `(s) => import(s)` where it needs its import map or its rights. */
export type Importer = (specifier: string) => Promise<unknown>;

/** What to load, and who asks. */
export interface LoadRequest {
  /** For errors: `module "clock"`. */
  readonly what: string;
  /** `./file.ts`, `https://…`, `jsr:…`, `npm:…` or a bare name of the import map. */
  readonly specifier: string;
  /** What a relative specifier is relative to: the file that says it. */
  readonly base: URL | undefined;
}

/**
 * Loads the default export of a specifier.
 *
 * Rejects with `LOAD_FAILED`; its `cause` is `PERMISSION_DENIED`, `NO_EXPORT`, `WRONG_EXPORT` or the original error.
 *
 * @param wanted says whether the export is what it should be, and how that is called
 */
export async function load<T>(
  request: LoadRequest,
  wanted: { readonly name: string; is(value: unknown): value is T },
  importer: Importer = importHere,
): Promise<T> {
  try {
    const url = resolveSpecifier(request);
    const exported = await importer(url).catch((error) => {
      throw explain(error);
    });
    return defaultExport(exported as object, request.specifier, wanted);
  } catch (cause) {
    const hint = cause instanceof CaryatidError ? cause.hint : undefined;
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot load ${request.what} from "${request.specifier}": ` +
        messageOf(cause),
      { cause, hint },
    );
  }
}

/**
 * The specifier as an importer takes it: relative ones made absolute.
 *
 * @throws {CaryatidError} `LOAD_FAILED` for a relative one without a base
 */
export function resolveSpecifier(
  { specifier, base }: Omit<LoadRequest, "what">,
): string {
  if (!/^\.{0,2}\//.test(specifier)) return specifier;
  if (base) return new URL(specifier, base).href;
  throw new CaryatidError(
    "LOAD_FAILED",
    "it is relative, and the configuration has no URL to start from",
    { hint: "pass { base: import.meta.url } to Process.create" },
  );
}

function defaultExport<T>(
  exported: object,
  specifier: string,
  wanted: { readonly name: string; is(value: unknown): value is T },
): T {
  if (!("default" in exported)) {
    const names = Object.keys(exported).join(", ") || "nothing";
    throw new CaryatidError(
      "NO_EXPORT",
      `found ${names}, wanted a default export that is ${wanted.name}`,
      { hint: `add "export default" to ${specifier}` },
    );
  }
  if (isSafely(wanted, exported.default)) return exported.default;
  const version = otherVersion(exported.default);
  if (version !== undefined) throw otherVersionError(version);
  throw new CaryatidError(
    "WRONG_EXPORT",
    `found ${kindOf(exported.default)} as its default export, ` +
      `wanted ${wanted.name}`,
    { hint: "make it with defineModule or defineBus of @caryatid/sdk" },
  );
}

/** A hostile export may have getters that throw. */
function isSafely<T>(
  wanted: { is(value: unknown): value is T },
  value: unknown,
): value is T {
  try {
    return wanted.is(value);
  } catch {
    return false; // whatever it is, it was not made by the SDK
  }
}

/** What modules and buses promise to processes, and the other way round; the SDK writes it into each. */
const CONTRACT: Module["~caryatid"]["version"] = 1;

/** The version of the contract, if it is another one than this process keeps. */
function otherVersion(value: unknown): number | undefined {
  try {
    const version: unknown = (value as Module)["~caryatid"].version;
    if (version === CONTRACT) return undefined;
    return typeof version === "number" ? version : undefined;
  } catch {
    return undefined; // it isn't made by any SDK
  }
}

function otherVersionError(version: number): CaryatidError {
  const newer = version > CONTRACT;
  return new CaryatidError(
    "WRONG_EXPORT",
    `found what is made for version ${version} of the contract of modules, ` +
      `wanted version ${CONTRACT}`,
    {
      hint: newer
        ? "update @caryatid/process, or take an older version of it"
        : "take a newer version of it",
    },
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  const kind = typeof value;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function explain(error: unknown): unknown {
  const message = messageOf(error);
  const denied = message.match(/Requires (\w+) access to ("?[^",]+"?)/);
  if (denied === null) return error;
  const [, kind, target] = denied;
  return new CaryatidError("PERMISSION_DENIED", message, {
    cause: error,
    hint: `grant it with --allow-${kind}=${target?.replaceAll('"', "")}`,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The one place with a computed import. Code that came from a registry may not import from other hosts, a `data:` module may. */
async function importHere(specifier: string): Promise<unknown> {
  if (import.meta.url.startsWith("file:")) return await import(specifier);
  const { default: importer } = await import(
    "data:text/javascript,export default (s) => import(s)"
  );
  return importer(specifier);
}

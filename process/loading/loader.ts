import { CaryatidError, type Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { describeFailure } from "@caryatid/sdk/internal/checks";
import { platform } from "../platform/deno.ts";
import type { PinnedImporter } from "../platform/pinned_import.ts";

/**
 * Imports a specifier. A program passes `(s) => import(s)` if its own import
 * map or permissions must apply.
 */
export type Importer = (specifier: string) => Promise<unknown>;

/** Code to load. */
export interface LoadRequest {
  /** Section for errors: `[module.clock]`. */
  readonly what: string;
  /**
   * Specifier: `./file.ts`, `https://…`, `jsr:…`, `npm:…` or a bare name of the
   * import map.
   */
  readonly specifier: string;
  /** Base of a relative specifier: the configuration file that contains it. */
  readonly base: URL | undefined;
  /** Required hash of the file, if known. */
  readonly integrity?: string | undefined;
}

/** Importers that the program provides. */
export interface Importers {
  /** Imports code without `integrity`. */
  readonly importer?: Importer | undefined;
  /** Imports code with `integrity`. */
  readonly pinnedImporter?: PinnedImporter | undefined;
}

/** Brand that the SDK puts on an export: a module or a bus. */
export interface ExportBrand<T> {
  /** Noun phrase for errors: `a module`. */
  readonly name: string;
  /** Kind in the brand. */
  readonly kind: "module" | "bus";
  /**
   * Returns true if a value has this brand, in the version that this process
   * supports.
   */
  is(value: unknown): value is T;
}

/** Version in the brands of modules and buses. */
const BRAND_VERSION = 1;

/**
 * Loads the default export of a specifier.
 *
 * Rejects with `LOAD_FAILED`; its `cause` is `PERMISSION_DENIED`, `NO_EXPORT`,
 * `WRONG_EXPORT`, `WRONG_VERSION`, `WRONG_INTEGRITY` or the original error.
 *
 * @param brand brand that the export must have
 * @param importers importers of the program
 */
export async function load<T>(
  request: LoadRequest,
  brand: ExportBrand<T>,
  importers: Importers = {},
): Promise<T> {
  try {
    const exported = await importCode(request, importers).catch((error) => {
      throw explain(error);
    });
    return defaultExport(exported as object, request.specifier, brand);
  } catch (cause) {
    const hint = cause instanceof CaryatidError
      ? cause.hint
      : remoteHint(request.specifier);
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot load ${request.what} from "${request.specifier}": ` +
        describeFailure(cause).message,
      { cause, hint },
    );
  }
}

/**
 * Returns the specifier for an importer: a relative one becomes absolute.
 *
 * @throws {CaryatidError} `LOAD_FAILED` for a relative specifier without a base
 */
export function resolveSpecifier(
  { specifier, base }: Pick<LoadRequest, "specifier" | "base">,
): string {
  if (!/^\.{0,2}\//.test(specifier)) return specifier;
  if (base) return new URL(specifier, base).href;
  throw new CaryatidError(
    "LOAD_FAILED",
    "it is relative, and the configuration has no base URL",
    { hint: "Pass { base: import.meta.url } to Process.create." },
  );
}

/**
 * Returns the value if it has the brand.
 *
 * @param found formats the kind of the value for the error: `a number`
 * @throws {CaryatidError} `WRONG_VERSION` for the brand of another version of
 * the SDK, `WRONG_EXPORT` for any other value
 */
export function checkBrand<T>(
  value: unknown,
  brand: ExportBrand<T>,
  found: (kind: string) => string,
): T {
  if (safely(() => brand.is(value))) return value as T;
  const version = safely(() => versionOf(value, brand.kind));
  if (version !== undefined) throw versionError(brand, version);
  throw new CaryatidError(
    "WRONG_EXPORT",
    `${found(kindOf(value))}; expected ${brand.name}`,
    { hint: "Make it with defineModule or defineBus of @caryatid/sdk." },
  );
}

/**
 * Releases the resources that an isolated module or bus holds. Other code holds
 * none beyond its context.
 */
export async function dispose(code: Module | BusClass): Promise<void> {
  await (code as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
}

/**
 * Keeps an isolated module running after the end of its context, until it is
 * disposed.
 */
export function detach(module: Module & { detach?(): void }): void {
  module.detach?.();
}

/**
 * Returns the key of the configuration that an error of {@linkcode load} is
 * about.
 */
export function configKey(cause: unknown): "import" | "integrity" {
  const isPinned = cause instanceof CaryatidError &&
    cause.code === "WRONG_INTEGRITY";
  return isPinned ? "integrity" : "import";
}

async function importCode(
  request: LoadRequest,
  { importer = importHere, pinnedImporter }: Importers,
): Promise<unknown> {
  const url = resolveSpecifier(request);
  if (request.integrity === undefined) return await importer(url);
  const { importPinned } = await import("../platform/pinned_import.ts");
  return await importPinned(url, request.integrity, pinnedImporter);
}

function defaultExport<T>(
  exported: object,
  specifier: string,
  brand: ExportBrand<T>,
): T {
  if (!("default" in exported)) {
    const names = Object.keys(exported).join(", ") || "nothing";
    throw new CaryatidError(
      "NO_EXPORT",
      `found ${names}; expected a default export that is ${brand.name}`,
      { hint: `Add "export default" to ${specifier}.` },
    );
  }
  return checkBrand(
    exported.default,
    brand,
    (kind) => `found ${kind} as its default export`,
  );
}

function explain(error: unknown): unknown {
  if (error instanceof CaryatidError) return error;
  const { message } = describeFailure(error);
  const denied = message.match(/Requires (\w+) access to ("?[^",]+"?)/);
  if (denied === null) return error;
  const [, kind, target] = denied;
  return new CaryatidError("PERMISSION_DENIED", message, {
    cause: error,
    hint: `Grant it with --allow-${kind}=${target?.replaceAll('"', "")}.`,
  });
}

function remoteHint(specifier: string): string | undefined {
  if (platform.isDeno || !/^(jsr|npm|https?):/.test(specifier)) {
    return undefined;
  }
  return `only Deno imports ${specifier.split(":", 1)[0]}: at run time; ` +
    "install the package, and import it by its name";
}

/**
 * Imports a computed specifier. Code from a registry must not import from other
 * hosts, but a `data:` module can.
 */
async function importHere(specifier: string): Promise<unknown> {
  if (import.meta.url.startsWith("file:")) return await import(specifier);
  const { default: importer } = await import(
    "data:text/javascript,export default (s) => import(s)"
  );
  return importer(specifier);
}

/**
 * Returns undefined if `ask` throws: the getters of a hostile export may do so.
 */
function safely<R>(ask: () => R): R | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** Returns the version in the brand, if the value has a brand of that kind. */
function versionOf(value: unknown, kind: string): number | undefined {
  const brand = (value as Record<string, unknown> | null)?.["~caryatid"];
  const { kind: is, version } = (brand ?? {}) as Record<string, unknown>;
  return is === kind && typeof version === "number" ? version : undefined;
}

function versionError(
  { name, kind }: { readonly name: string; readonly kind: string },
  version: number,
): CaryatidError {
  const hint = version > BRAND_VERSION
    ? "Update @caryatid/process."
    : `Make the ${kind} with a newer @caryatid/sdk.`;
  return new CaryatidError(
    "WRONG_VERSION",
    `found ${name} of version ${version}; expected version ${BRAND_VERSION}`,
    { hint },
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  const kind = typeof value;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

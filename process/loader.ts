import { CaryatidError } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import { checkForm, type Form } from "./form.ts";
import type { PinnedImporter } from "./pinned_import.ts";
import { platform } from "./platform.ts";

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
  /** The hash that the file must have, if that is known. */
  readonly integrity?: string | undefined;
}

/** How code is imported, where the program has ways of its own. */
export interface Importers {
  /** What has no `integrity`. */
  readonly importer?: Importer | undefined;
  /** What has one. */
  readonly pinnedImporter?: PinnedImporter | undefined;
}

/**
 * Loads the default export of a specifier.
 *
 * Rejects with `LOAD_FAILED`; its `cause` is `PERMISSION_DENIED`, `NO_EXPORT`, `WRONG_EXPORT`, `WRONG_VERSION`, `WRONG_INTEGRITY` or the
 * original error.
 *
 * @param wanted says whether the export is what it should be, and how that is called
 * @param importers the program's own ways
 */
export async function load<T>(
  request: LoadRequest,
  wanted: Form<T>,
  importers: Importers = {},
): Promise<T> {
  try {
    const exported = await importCode(request, importers).catch((error) => {
      throw explain(error);
    });
    return defaultExport(exported as object, request.specifier, wanted);
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

async function importCode(
  request: LoadRequest,
  { importer = importHere, pinnedImporter }: Importers,
): Promise<unknown> {
  const url = resolveSpecifier(request);
  if (request.integrity === undefined) return await importer(url);
  const { importPinned } = await import("./pinned_import.ts");
  return await importPinned(url, request.integrity, pinnedImporter);
}

/**
 * The specifier as an importer takes it: relative ones made absolute.
 *
 * @throws {CaryatidError} `LOAD_FAILED` for a relative one without a base
 */
export function resolveSpecifier(
  { specifier, base }: Pick<LoadRequest, "specifier" | "base">,
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
  wanted: Form<T>,
): T {
  if (!("default" in exported)) {
    const names = Object.keys(exported).join(", ") || "nothing";
    throw new CaryatidError(
      "NO_EXPORT",
      `found ${names}, wanted a default export that is ${wanted.name}`,
      { hint: `add "export default" to ${specifier}` },
    );
  }
  return checkForm(
    exported.default,
    wanted,
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
    hint: `grant it with --allow-${kind}=${target?.replaceAll('"', "")}`,
  });
}

function remoteHint(specifier: string): string | undefined {
  if (platform.isDeno || !/^(jsr|npm|https?):/.test(specifier)) {
    return undefined;
  }
  return `only Deno imports ${specifier.split(":", 1)[0]}: at run time; ` +
    "install the package, and import it by its name";
}

/** The one place with a computed import. Code that came from a registry may not import from other hosts, a `data:` module may. */
async function importHere(specifier: string): Promise<unknown> {
  if (import.meta.url.startsWith("file:")) return await import(specifier);
  const { default: importer } = await import(
    "data:text/javascript,export default (s) => import(s)"
  );
  return importer(specifier);
}

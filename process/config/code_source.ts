import { INTEGRITY_FORM, isIntegrity } from "../integrity.ts";
import type { Layers } from "./layers.ts";
import type { CodeSource } from "./process_config.ts";
import type { KeyPath, Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

/** Reads where the code of a module or bus comes from: `import` and `integrity`. */
export function readCodeSource(
  reader: TableReader,
  layers: Layers,
  report: Report,
): CodeSource {
  const specifier = reader.text("import");
  const integrity = reader.text("integrity");
  if (specifier !== undefined && hasSecret(specifier)) {
    report.refuse(
      [...reader.path, "import"],
      "found a user or password in the URL, wanted none",
      {
        hint: "it would stand in logs and in deno.lock: give it to Deno in " +
          "DENO_AUTH_TOKENS",
      },
    );
  } else if (integrity !== undefined) {
    checkIntegrity([...reader.path, "integrity"], integrity, specifier, report);
  }
  return {
    import: specifier,
    base: specifier === undefined
      ? undefined
      : layers.baseOf([...reader.path, "import"]),
    integrity,
  };
}

function checkIntegrity(
  path: KeyPath,
  integrity: string,
  specifier: string | undefined,
  report: Report,
): void {
  if (!isIntegrity(integrity)) {
    report.wrong(path, integrity, INTEGRITY_FORM, {
      hint: "caryatid integrity FILE prints it",
    });
  } else if (specifier === undefined) {
    report.refuse(path, "found a hash of nothing, wanted an import beside it");
  } else if (!isFile(specifier)) {
    report.refuse(path, `found it beside "${specifier}", wanted one file`, {
      hint: "deno.lock pins packages, and what an import map leads to",
    });
  }
}

/** A package is many files, and what a name of an import map leads to is only known to Deno. */
function isFile(specifier: string): boolean {
  return /^(\.{0,2}\/|file:|https?:)/i.test(specifier);
}

function hasSecret(specifier: string): boolean {
  const url = URL.parse(specifier);
  return url !== null && url.username + url.password !== "";
}

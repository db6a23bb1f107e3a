import type {
  ConfigProblem,
  ModuleConfig,
  Place,
  ProcessConfig,
} from "../config/process_config.ts";
import { dottedKey, quote } from "../config/format.ts";
import { grantLine } from "./grant_line.ts";
import {
  type Asked,
  type GrantKind,
  grantsOfModule,
  missingGrants,
  needlessGrants,
  type Wish,
} from "./grants.ts";
import { absolutePath, pathCovers } from "../config/grant_covers.ts";

/** Result of {@linkcode reviewGrants}. */
export interface GrantReview {
  /** Values that a module asks for and that are not granted. */
  readonly problems: readonly ConfigProblem[];
  /** Values that are granted and not asked for. */
  readonly notices: readonly ConfigProblem[];
}

/** A module, or a bus that may be isolated. */
export type Granted = Pick<
  ModuleConfig,
  "id" | "path" | "isolation" | "permissions"
>;

/**
 * Compares the grants of a module or bus with what it asks for. Reports one
 * problem for each kind. Reports nothing if the module is unrestricted.
 */
export async function reviewGrants(
  module: Granted,
  asked: Asked,
  config: Pick<ProcessConfig, "place">,
): Promise<GrantReview> {
  const granted = grantsOfModule(module);
  if (granted === undefined) return { problems: [], notices: [] };
  const isIsolated = module.isolation !== "none";
  const missing = byKind(missingGrants(granted, asked, isIsolated));
  const needless = byKind(needlessGrants(granted, asked));
  const problems: ConfigProblem[] = [];
  for (const [kind, values] of missing) {
    const place = await config.place([...module.path, "permissions", kind]);
    problems.push(missingProblem(module, kind, values, place));
  }
  const notices: ConfigProblem[] = [];
  for (const [kind, values] of needless) {
    const place = await config.place([...module.path, "permissions", kind]);
    notices.push(needlessNotice(module, kind, values, place));
  }
  return { problems, notices };
}

function missingProblem(
  module: Granted,
  kind: GrantKind,
  values: readonly string[],
  place: Place | undefined,
): ConfigProblem {
  const isPath = kind === "read" || kind === "write";
  const written = isPath
    ? values.map((value) => fromFile(value, place))
    : values;
  return {
    key: dottedKey([...module.path, "permissions", kind]),
    place,
    message: `Cannot run ${nameOf(module)}: it asks for ${kind} of ` +
      `${values.map(quote).join(", ")}, found no grant of it; expected one`,
    hint: grantLine(module, kind, written),
  };
}

function needlessNotice(
  module: Granted,
  kind: GrantKind,
  values: readonly string[],
  place: Place | undefined,
): ConfigProblem {
  return {
    key: dottedKey([...module.path, "permissions", kind]),
    place,
    message: `${capital(nameOf(module))} is granted ${kind} of ` +
      `${values.map(quote).join(", ")}: found that it does not ask for it; ` +
      "expected no more than it asks for",
    hint: "Remove it.",
  };
}

function nameOf({ id, path }: Granted): string {
  return `${path[0] === "message-bus" ? "bus" : "module"} ${quote(id)}`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

/** Writes a path as the file would: relative if it is in the file's folder. */
function fromFile(path: string, place: Place | undefined): string {
  const absolute = absolutePath(path);
  const folder = place && /^(.*)[/\\]/.exec(place.source)?.[1];
  if (!folder || !pathCovers(folder, absolute)) return absolute;
  return absolute === folder ? "." : `.${absolute.slice(folder.length)}`;
}

function byKind(wishes: readonly Wish[]): Map<GrantKind, string[]> {
  const kinds = new Map<GrantKind, string[]>();
  for (const { kind, value } of wishes) {
    kinds.set(kind, [...kinds.get(kind) ?? [], value]);
  }
  return kinds;
}

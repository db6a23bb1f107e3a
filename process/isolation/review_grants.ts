import type {
  ModuleConfig,
  Place,
  Problem,
  ProcessConfig,
} from "../config/process_config.ts";
import { dottedKey, quote } from "../config/shown.ts";
import { grantLine } from "./grant_line.ts";
import {
  type Asked,
  type GrantKind,
  grantsOfModule,
  missingGrants,
  needlessGrants,
  type Wish,
} from "./grants.ts";
import { absolutePath, pathCovers } from "./grants_paths.ts";

/** What a review of grants found. */
export interface GrantReview {
  /** What a module asks for and isn't granted. */
  readonly problems: readonly Problem[];
  /** What is granted and nobody asks for. */
  readonly notices: readonly Problem[];
}

/** Compares what a module asks for with what its file grants, where a file has to. A line for each kind. */
export async function reviewGrants(
  module: ModuleConfig,
  asked: Asked,
  config: Pick<ProcessConfig, "place">,
): Promise<GrantReview> {
  const granted = grantsOfModule(module);
  if (granted === undefined) return { problems: [], notices: [] };
  const isIsolated = module.isolation !== "none";
  const missing = byKind(missingGrants(granted, asked, isIsolated));
  const needless = byKind(needlessGrants(granted, asked));
  const problems: Problem[] = [];
  for (const [kind, values] of missing) {
    const place = await config.place([...module.path, "permissions", kind]);
    problems.push(missingProblem(module, kind, values, place));
  }
  const notices: Problem[] = [];
  for (const [kind, values] of needless) {
    const place = await config.place([...module.path, "permissions", kind]);
    notices.push(needlessNotice(module, kind, values, place));
  }
  return { problems, notices };
}

function missingProblem(
  module: ModuleConfig,
  kind: GrantKind,
  values: readonly string[],
  place: Place | undefined,
): Problem {
  const isPath = kind === "read" || kind === "write";
  const written = isPath
    ? values.map((value) => fromFile(value, place))
    : values;
  return {
    key: dottedKey([...module.path, "permissions", kind]),
    place,
    message: `Cannot run module ${quote(module.id)}: it asks for ${kind} of ` +
      `${values.map(quote).join(", ")}, found no grant of it, wanted one`,
    hint: grantLine(module, kind, written),
  };
}

function needlessNotice(
  module: ModuleConfig,
  kind: GrantKind,
  values: readonly string[],
  place: Place | undefined,
): Problem {
  return {
    key: dottedKey([...module.path, "permissions", kind]),
    place,
    message: `Module ${quote(module.id)} is granted ${kind} of ` +
      `${values.map(quote).join(", ")}: found that it doesn't ask for it, ` +
      "wanted no more than it asks for",
    hint: "leave it out",
  };
}

/** As one would write it in that file: a path in the file's folder is relative to it. */
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

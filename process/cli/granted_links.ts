import type { ModuleConfig, ProcessConfig } from "../config/process_config.ts";
import { dottedKey, quote } from "../config/shown.ts";
import { pathCovers } from "../isolation/grants_paths.ts";
import type { CodedProblem } from "./subject.ts";

/** Entries of folders that are looked at for one configuration: a data folder may be huge. */
const MOST_ENTRIES = 10_000;

/**
 * Tells of links that lead out of what modules are granted. Deno follows them: it compares the text of a path, not what it leads to.
 * A module can't make one, since that takes the right to read and write everything.
 */
export async function linkNotices(
  config: ProcessConfig,
): Promise<CodedProblem[]> {
  const notices: CodedProblem[] = [];
  const walk = { left: MOST_ENTRIES };
  for (const module of config.modules) {
    for (const kind of ["read", "write"] as const) {
      const granted = module.permissions?.[kind] ?? [];
      for (const path of granted) {
        const links = [...linksOut(path, granted, walk)];
        if (links.length === 0) continue;
        notices.push(await noticeOf({ module, kind, path, links }, config));
      }
    }
  }
  return notices;
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/** The links at or below a path whose targets aren't granted themselves. */
function* linksOut(
  path: string,
  granted: readonly string[],
  walk: { left: number },
): Generator<Link> {
  const target = realPath(path);
  if (target === undefined || walk.left-- <= 0) return;
  if (!granted.some((wide) => pathCovers(wide, target))) {
    yield { path, target };
    return;
  }
  // What a link leads to and is granted is looked at where it lies: links may go round in a circle.
  if (target !== path) return;
  for (const { name } of entries(path)) {
    yield* linksOut(`${path === "/" ? "" : path}/${name}`, granted, walk);
  }
}

async function noticeOf(
  { module, kind, path, links }: {
    readonly module: ModuleConfig;
    readonly kind: "read" | "write";
    readonly path: string;
    readonly links: readonly Link[];
  },
  config: ProcessConfig,
): Promise<CodedProblem> {
  const key = [...module.path, "permissions", kind];
  const [first] = links;
  return {
    code: "INVALID_CONFIG",
    key: dottedKey(key),
    place: await config.place(key),
    message: `Module ${quote(module.id)} is granted ${kind} of ` +
      `${quote(path)} and of what links in it lead to: found ` +
      `${links.length}, such as ${quote(first!.path)} to ` +
      `${quote(first!.target)}, wanted none that lead out of it`,
    hint: "remove the links, or grant their targets so that they can be seen",
  };
}

/** Undefined for what isn't there, or leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined; // whoever wants to use it is told
  }
}

function entries(path: string): Iterable<Deno.DirEntry> {
  try {
    return Deno.readDirSync(path).toArray()
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    return []; // a file, or not ours to read
  }
}

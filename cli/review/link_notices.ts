import {
  dottedKey,
  type ModuleConfig,
  pathCovers,
  type ProcessConfig,
  quote,
} from "@caryatid/process/internal/config";
import { realPathOf } from "../project/files.ts";
import type { CodedProblem } from "../inspection/inspection.ts";

/** Maximum number of files and folders to visit for one configuration. */
const MAX_ENTRIES = 10_000;

/**
 * Warns about symbolic links that lead out of the paths that modules are
 * granted. Deno follows them: it compares the text of a path, not its target. A
 * module itself cannot create one, which would take the right to read and write
 * everything.
 */
export async function linkNotices(
  config: ProcessConfig,
): Promise<CodedProblem[]> {
  const notices: CodedProblem[] = [];
  const walk = { left: MAX_ENTRIES };
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

/**
 * Yields the links at or below a path whose targets are not granted themselves.
 */
function* linksOut(
  path: string,
  granted: readonly string[],
  walk: { left: number },
): Generator<Link> {
  const target = realPathOf(path);
  if (target === undefined || walk.left-- <= 0) return;
  if (!granted.some((wide) => pathCovers(wide, target))) {
    yield { path, target };
    return;
  }
  // The granted target of a link is visited in its own place: links may form a
  // circle.
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
      `${quote(first!.target)}; expected none that lead out of it`,
    hint: "Remove the links, or grant their targets explicitly.",
  };
}

function entries(path: string): Iterable<Deno.DirEntry> {
  try {
    return Deno.readDirSync(path).toArray()
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    return []; // a file, or not readable
  }
}

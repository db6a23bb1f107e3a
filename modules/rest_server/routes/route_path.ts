import { CaryatidError } from "@caryatid/sdk";
import { type Dots, elementsOf, wordOf } from "../topic_of.ts";

/** Names in a path: `id` and `*` of `/users/:id/*`. */
export type ParamNames<Path extends string> = Path extends
  `${infer Head}/${infer Tail}` ? ParamNames<Head> | ParamNames<Tail>
  : Path extends `:${infer Name}` ? Name
  : Path extends "*" ? "*"
  : never;

/** Values of the names in a path. */
export type Params<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamNames<Path>]: string };

/** A route as an object. */
export interface Route<Path extends string = string> {
  /** In upper case, or `*` for any. */
  readonly method: string;
  /**
   * Path such as `/users/:id`: `:name` is any one segment, and `*` at the end
   * is the rest of the path.
   */
  readonly path: Path;
}

/** Parts of a route. */
export interface RoutePath {
  /** In upper case, or `*` for any. */
  readonly method: string;
  readonly path: string;
  /** Words after the method: `users.*.#`. */
  readonly pattern: string;
  /** Reads the parameters from a request's path elements. */
  params(elements: readonly string[]): Record<string, string>;
}

const METHOD = /^([A-Z]+(-[A-Z]+)*|\*)$/;
/** Methods that servers refuse. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE"]);
/** Segments that a server refuses. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ".",
  "..",
  "_request",
  "_response",
]);
// deno-lint-ignore no-control-regex -- a server also refuses them
const FORBIDDEN = /[\x00-\x20\x7f#?\\]|\s/;
const NAME = /^(?!__proto__$)[A-Za-z_]\w*$/;

/**
 * Reads a route: segments are words; `:name` is any one segment, and `*` at the
 * end is the rest of the path.
 *
 * @throws {CaryatidError} `INVALID_OPTION` if it is not a valid route
 */
export function routePath(
  method: string,
  path: string,
  dots: Dots,
): RoutePath {
  const fail = (found: string) => wrong(`${method} ${path}`, found);
  if (typeof method !== "string" || !METHOD.test(method)) {
    throw fail("the method is not in upper case");
  }
  if (REFUSED_METHODS.has(method)) {
    throw fail("servers refuse the method");
  }
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw fail("the path does not begin with a slash");
  }
  const end = path.length > 1 && path.endsWith("/") ? -1 : undefined;
  const segments = elementsOf(path.slice(1, end).split("/"), dots);
  const names = new Map<string, number>();
  const words = segments.map((segment, i) => {
    if (segment === "*") {
      if (i < segments.length - 1) throw fail("* is not the last segment");
      return "#";
    }
    if (!segment.startsWith(":")) return literal(segment, dots, fail);
    const name = segment.slice(1);
    if (!NAME.test(name)) throw fail(`"${segment}" is not a parameter`);
    if (names.has(name)) throw fail(`the path has "${segment}" twice`);
    names.set(name, i);
    return "*";
  });
  const rest = words.at(-1) === "#" ? words.length - 1 : undefined;
  return {
    method,
    path,
    pattern: words.join("."),
    params(elements) {
      const params: Record<string, string> = {};
      for (const [name, i] of names) params[name] = elements[i] ?? "";
      if (rest !== undefined) params["*"] = elements.slice(rest).join("/");
      return params;
    },
  };
}

/**
 * Returns the two parts of `"GET /users/:id"`, or of a route that is an object.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a text without them
 */
export function methodAndPath(route: string | Route): Route {
  if (typeof route !== "string") return route;
  const match = /^(\S+) +(\S+)$/.exec(route);
  if (match !== null) return { method: match[1]!, path: match[2]! };
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot handle the route "${route}": expected a method and a path`,
    { hint: 'Write for example "GET /users/:id".' },
  );
}

/** Returns the pattern of topics that a module handles for a route. */
export function handledPattern(
  root: string,
  { method, pattern }: Pick<RoutePath, "method" | "pattern">,
): string {
  const word = method === "*" ? "*" : method.toLowerCase();
  return `${root}.${word}.${pattern}`;
}

function literal(
  segment: string,
  dots: Dots,
  fail: (found: string) => CaryatidError,
): string {
  const isReachable = !UNREACHABLE.has(segment) &&
    !FORBIDDEN.test(segment);
  if (isReachable) {
    return dots === "escape" ? wordOf(segment) : segment;
  }
  throw fail(`"${segment}" is not allowed in a path`);
}

function wrong(route: string, found: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot handle the route "${route}": ${found}`,
    { hint: 'Write for example "GET /users/:id" or "GET /files/*".' },
  );
}

/** Path template of OpenAPI. */
export interface PathTemplate {
  /** Such as `/users/{id}`. */
  readonly text: string;
  /** Names of its parameters, in order; `*` of a route is `rest`. */
  readonly names: readonly string[];
  /** Names of the same parameters in the route. */
  readonly routeNames: readonly string[];
  /**
   * Form that is equal for all paths that OpenAPI considers equal: `/users/{}`.
   */
  readonly shape: string;
}

/** Converts the path of a route that `routePath` accepts. */
export function pathTemplate(path: string): PathTemplate {
  const own = namesIn(path);
  const names = own.map((name) => name === "*" ? restName(own) : name);
  let at = 0;
  const segments = segmentsOf(path).map((segment) =>
    isName(segment) ? `{${names[at++]}}` : encode(segment)
  );
  const text = `/${segments.join("/")}`;
  const shape = text.replaceAll(/\{[^}]*\}/g, "{}");
  return { text, names, routeNames: own, shape };
}

/**
 * Returns the names in the path of a route, in order: `id` and `*` of
 * `/users/:id/*`.
 */
export function namesIn(path: string): readonly string[] {
  return segmentsOf(path).filter(isName).map((segment) =>
    segment === "*" ? segment : segment.slice(1)
  );
}

function segmentsOf(path: string): readonly string[] {
  const end = path.length > 1 && path.endsWith("/") ? -1 : undefined;
  return path.slice(1, end).split("/");
}

function isName(segment: string): boolean {
  return segment === "*" || segment.startsWith(":");
}

function restName(taken: readonly string[]): string {
  let name = "rest";
  while (taken.includes(name)) name += "_";
  return name;
}

/**
 * Encodes a segment for a URL: OpenAPI appends the path to that of a server.
 * Braces are encoded, since they would make a name.
 */
function encode(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll(
    /%(24|26|2B|2C|3A|3B|3D|40)/g,
    (escape) => decodeURIComponent(escape),
  );
}

import { VERSION } from "./version.ts";

/** Classes of modules that `@caryatid/modules` has. */
const STANDARD_MODULES: readonly string[] = [
  "clock",
  "control",
  "playback",
  "record",
  "rest-server",
  "spy",
];
/** Classes of buses that have an entry of their own. */
const STANDARD_BUSES: readonly string[] = ["rabbit-mq"];

/** The specifier of a standard class; undefined for a class that isn't one. */
export function standardImport(
  kind: "module" | "message-bus",
  className: string,
): string | undefined {
  return standardClasses(kind).includes(className)
    ? standardSpecifier(kind, className)
    : undefined;
}

/** The names of all classes that need no `import`. */
export function standardClasses(
  kind: "module" | "message-bus",
): readonly string[] {
  return kind === "module" ? STANDARD_MODULES : STANDARD_BUSES;
}

/**
 * From a checkout the workspace resolves the bare name; from JSR it needs the whole one. A bus is of this very package, and so of
 * this version: a newer one would bring a second copy of it all.
 */
function standardSpecifier(
  kind: "module" | "message-bus",
  className: string,
): string {
  const [name, version] = kind === "module"
    ? ["@caryatid/modules", `^${VERSION}`]
    : ["@caryatid/process", VERSION];
  return import.meta.url.startsWith("file:")
    ? `${name}/${className}`
    : `jsr:${name}@${version}/${className}`;
}

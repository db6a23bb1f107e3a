import { VERSION } from "../platform/version.ts";

/** Classes of modules in `@caryatid/modules`. */
const STANDARD_MODULES: readonly string[] = [
  "clock",
  "control",
  "dashboard",
  "playback",
  "record",
  "rest-server",
  "spy",
];
/** Classes of buses with a separate entry of this package. */
const STANDARD_BUSES: readonly string[] = ["rabbit-mq"];

/**
 * Returns the specifier of a standard class, or undefined for another class.
 */
export function standardImport(
  kind: "module" | "message-bus",
  className: string,
): string | undefined {
  return standardClasses(kind).includes(className)
    ? standardSpecifier(kind, className)
    : undefined;
}

/** Returns the names of all classes that need no `import`. */
export function standardClasses(
  kind: "module" | "message-bus",
): readonly string[] {
  return kind === "module" ? STANDARD_MODULES : STANDARD_BUSES;
}

/**
 * In a checkout the workspace resolves the bare name; code from JSR needs the
 * full specifier. A bus belongs to this package and needs exactly this version:
 * another version would load a second copy of the package.
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

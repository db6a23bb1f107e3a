import process from "node:process";

/** Classes of Node.js that take over any open file of the process by number. */
const TAKERS = [["pipe_wrap", "Pipe"], ["tcp_wrap", "TCP"]] as const;
/** Standard input, output and error. */
const STANDARD = [0, 1, 2];

type Binding = Record<string, { readonly prototype: object }>;
type Process = typeof process & { binding(name: string): Binding };

/**
 * Closes the open files that a worker could use by their number, since it
 * shares them with its host: `new Socket({ fd })` of `node:net` would take over
 * the sockets of the host, and `node:fs` its terminal. Closing a number in the
 * worker does not close the file of the host.
 *
 * @param grants kinds of resources that the module is granted; without them it
 * cannot import these modules
 */
export function closeDescriptors(grants: readonly string[]): void {
  if (grants.includes("net")) {
    for (const [binding, name] of TAKERS) {
      const { prototype } = (process as Process).binding(binding)[name]!;
      Object.defineProperty(prototype, "open", {
        value: refuse,
        writable: false,
        configurable: false,
      });
    }
  }
  if (!grants.includes("read") && !grants.includes("write")) return;
  const { closeSync } = process.getBuiltinModule("node:fs");
  for (const fd of STANDARD) closeSync(fd);
}

/** Throws a `TypeError`, as all functions do that are removed from a guest. */
function refuse(): never {
  throw new TypeError(
    "Cannot open a file by its number in a worker: it may belong to the host",
  );
}

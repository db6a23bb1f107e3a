/** Something that code asked Deno for, and got or didn't. */
export interface Use {
  /** `net`, `read`, `write`, `env`, `sys`, `import`, … */
  readonly kind: string;
  /** As Deno shows it; undefined for all of its kind, such as the whole environment. */
  readonly value: string | undefined;
  /** The files of whoever asked, the innermost first. Empty where Deno doesn't know. */
  readonly stack: readonly string[];
}

/** A line as Deno writes it. */
interface Line {
  readonly permission: string;
  readonly value: string | null;
  readonly stack: readonly string[];
}

/** Reads the lines that Deno wrote to `DENO_AUDIT_PERMISSIONS`, with `DENO_TRACE_PERMISSIONS=1`. What is used again is told once. */
export async function readAudit(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Use[]> {
  const uses = new Map<string, Use>();
  let before: Line | undefined;
  for await (const one of lines) {
    const line = readLine(one);
    if (line === undefined || line.stack.some(isNeedless)) continue;
    const isKnown = !isStale(line, before);
    const stack = isKnown ? line.stack.flatMap(fileOf) : [];
    const use = { kind: line.permission, value: target(line), stack };
    uses.set(JSON.stringify(use), use);
    // What follows a stale line has the stack of the one before both.
    if (isKnown) before = line;
  }
  return [...uses.values()];
}

/** A process that was killed may have left half a line. */
function readLine(text: string): Line | undefined {
  try {
    const { permission, value, stack } = JSON.parse(text);
    return typeof permission !== "string"
      ? undefined
      : { permission, value, stack: stack ?? [] };
  } catch {
    return undefined;
  }
}

/**
 * Where what asks has no JavaScript below it (a connection of node:net, an import), Deno 2.9.6 writes the stack of the line before
 * once more, which may be that of another module. It is believed only where the same code may well have asked for both.
 */
function isStale(line: Line, before: Line | undefined): boolean {
  if (before === undefined || line.stack.length === 0) return false;
  if (line.stack.join() !== before.stack.join()) return false;
  const isFile = (kind: string) => kind === "read" || kind === "write";
  if (isFile(line.permission)) return !isFile(before.permission);
  if (line.permission !== before.permission) return true;
  if (line.permission !== "net" || isUrl(line.value)) return false;
  return target(line) !== target(before);
}

/** mkdir of Node looks which of the folders above is there; refused, it takes that for none, and goes on. */
function isNeedless(frame: string): boolean {
  return frame.startsWith("findFirstNonExistent (ext:deno_node/");
}

/** `fetch` asks for a URL, and for its host and port as well. */
function target({ permission, value }: Line): string | undefined {
  if (permission !== "net" || !isUrl(value)) return value ?? undefined;
  const url = URL.parse(value!);
  if (url === null) return value!;
  const isSecure = /^(https|wss):/.test(url.protocol);
  return `${url.hostname}:${url.port || (isSecure ? "443" : "80")}`;
}

function isUrl(value: string | null): boolean {
  return /^(https?|wss?):\/\//.test(value ?? "");
}

/** The file of `go (file:///a/b.ts:2:20)`; none of what is Deno's own. */
function fileOf(frame: string): string[] {
  const [, file] = frame.match(/((?:file|https?|data):.*):\d+:\d+\)?$/s) ?? [];
  return file === undefined ? [] : [file];
}

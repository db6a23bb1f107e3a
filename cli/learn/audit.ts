/** A permission that code requested, granted or not. */
export interface Use {
  /** `net`, `read`, `write`, `env`, `sys`, `import`, … */
  readonly kind: string;
  /**
   * As Deno reports it; undefined for everything of the kind, such as the whole
   * environment.
   */
  readonly value: string | undefined;
  /**
   * Files of the call stack, the innermost first; empty if Deno does not report
   * it.
   */
  readonly stack: readonly string[];
}

/** A line of the audit file. */
interface Line {
  readonly permission: string;
  readonly value: string | null;
  readonly stack: readonly string[];
}

/**
 * Parses the lines that Deno writes to
 * `DENO_AUDIT_PERMISSIONS` with `DENO_TRACE_PERMISSIONS=1`. Returns each use
 * once.
 */
export async function readAudit(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Use[]> {
  const uses = new Map<string, Use>();
  let before: Line | undefined;
  for await (const text of lines) {
    const line = parseLine(text);
    if (line === undefined || line.stack.some(isNeedless)) continue;
    const isReliable = !isStale(line, before);
    const stack = isReliable ? line.stack.flatMap(fileOf) : [];
    const use = { kind: line.permission, value: target(line), stack };
    uses.set(JSON.stringify(use), use);
    // A line after a stale one is compared with the last reliable one.
    if (isReliable) before = line;
  }
  return [...uses.values()];
}

/** Returns undefined for an incomplete line of a process that was killed. */
function parseLine(text: string): Line | undefined {
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
 * For a request without JavaScript on its stack (a connection of node:net, an
 * import), Deno 2.9.6 repeats the stack of the previous line, which may be that
 * of another module. A repeated stack is used only if the same code may have
 * made both requests.
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

/**
 * mkdir of Node checks which parent folders exist. If that is denied, it
 * assumes none and continues.
 */
function isNeedless(frame: string): boolean {
  return frame.startsWith("findFirstNonExistent (ext:deno_node/");
}

/** `fetch` requests its URL as well as the host and port. */
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

/**
 * Returns the file of a frame such as `go (file:///a/b.ts:2:20)`; none for
 * frames of Deno.
 */
function fileOf(frame: string): string[] {
  const [, file] = frame.match(/((?:file|https?|data):.*):\d+:\d+\)?$/s) ?? [];
  return file === undefined ? [] : [file];
}

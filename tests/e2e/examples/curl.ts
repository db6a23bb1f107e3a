import { withoutTime } from "./program.ts";

/** Runs the commands of a README. */
export type Curl = (args: readonly string[]) => Promise<string>;

/**
 * Splits a command into arguments, as a shell that knows only single quotes.
 */
export function argumentsIn(command: string): string[] {
  const parts = command.trim().match(/'[^']*'|[^\s']+/g) ?? [];
  const [, ...args] = parts.map((part) => part.replace(/^'(.*)'$/, "$1"));
  return args;
}

/** Path of curl; undefined if it is not installed. */
export async function installedCurl(): Promise<Curl | undefined> {
  try {
    await new Deno.Command("curl", { args: ["--version"], stdout: "null" })
      .output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return async (args) => {
    const { stdout } = await new Deno.Command("curl", {
      args: ["--silent", "--show-error", "--noproxy", "*", ...args],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  };
}

/** Implements the options of curl that READMEs use, by `fetch`. */
export const fetchAsCurl: Curl = async (args) => {
  const { url, init, time, isHead } = read(args);
  const response = await fetch(url, { ...init, redirect: "manual" });
  const head = [
    `HTTP/1.1 ${response.status} ${response.statusText}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
  ];
  const body = isHead ? "" : await textOf(response, time);
  if (isHead) await response.body?.cancel();
  return `${head.join("\r\n")}\r\n\r\n${body}`;
};

/**
 * Returns the constant part: the head sorted and without headers of the
 * connection, and the lines of a stream without their numbers.
 */
export function constant(output: string): string {
  const [head = "", ...rest] = output.replaceAll("\r", "").split("\n\n");
  const [status = "", ...headers] = head.trim().split("\n");
  const known = headers.map((line) => line.toLowerCase())
    .filter((line) => !/^(date|transfer-encoding):/.test(line))
    // A hash of texts that change with every release.
    .map((line) => line.replace(/^(etag: )"[0-9a-f]{40}"$/, '$1"HASH"'))
    .sort();
  const isStream = known.includes("content-type: text/event-stream");
  const body = rest.join("\n\n").trim();
  const lines = isStream ? distinctEvents(body) : body;
  return [status, ...known, "", lines].join("\n").trim();
}

function distinctEvents(body: string): string {
  const lines = body.split("\n").filter((line) => line !== "").map((line) =>
    withoutTime(line)
      .replaceAll(/[0-9a-f]{16}/g, "ID")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replaceAll(/\d+/g, "N")
  );
  return [...new Set(lines)].join("\n");
}

interface Command {
  readonly url: string;
  readonly init: RequestInit;
  readonly isHead: boolean;
  /** Time limit in milliseconds. */
  readonly time: number | undefined;
}

function read(args: readonly string[]): Command {
  const headers: Record<string, string> = {};
  let url = "", method, body, time, isHead = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "-i") continue;
    if (arg === "-I") isHead = true;
    else if (!arg.startsWith("-")) url = arg;
    else {
      const value = args[++at] ?? "";
      if (arg === "-X") method = value;
      else if (arg === "--max-time") time = Number(value) * 1000;
      else if (arg === "-d" || arg === "--json") {
        body = value;
        headers["content-type"] = arg === "-d"
          ? "application/x-www-form-urlencoded"
          : "application/json";
      } else throw new Error(`curl has ${arg}, which this one lacks`);
    }
  }
  method ??= isHead ? "HEAD" : body === undefined ? "GET" : "POST";
  const init = { method, headers, ...(body !== undefined && { body }) };
  return { url, init, isHead, time };
}

/** Returns the body, or the part that arrives in time. */
async function textOf(
  response: Response,
  time: number | undefined,
): Promise<string> {
  if (time === undefined) return await response.text();
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  const timer = setTimeout(() => reader.cancel(), time);
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  clearTimeout(timer);
  return text;
}

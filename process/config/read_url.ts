import { CaryatidError } from "@caryatid/sdk";
import { abortedError } from "./config_error.ts";
import { fileFault, platform } from "../platform/deno.ts";
import type { Permission } from "../platform/types.ts";
import { quote, withoutPassword } from "./format.ts";
import { MAX_BYTES } from "./tables.ts";

/** Text of a URL, or the reason why it cannot be read. */
export type UrlResult = { readonly text: string } | {
  readonly fault: string;
  readonly hint?: string;
};

const DEADLINE = 30_000;

/**
 * Reads a `file:`, `http(s):` or `data:` URL, at most 1 MiB and within 30 s.
 * Never prompts: a missing permission is an error.
 *
 * @throws {CaryatidError} `PERMISSION_DENIED`, or `ABORTED` if `signal` fires
 */
export async function readUrl(
  url: URL,
  signal: AbortSignal | undefined,
): Promise<UrlResult> {
  if (url.protocol === "file:") return await readFile(url);
  if (!/^(https?|data):$/.test(url.protocol)) {
    return {
      fault: `found the scheme ${quote(url.protocol)}; ` +
        "expected file:, https:, http: or data:",
    };
  }
  if (url.protocol !== "data:") {
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const host = `${url.hostname}:${port}`;
    requirePermission(url, { name: "net", host }, `--allow-net=${url.host}`);
  }
  return await fetchText(url, signal);
}

/**
 * Formats a URL for messages: the path of a file, otherwise without password,
 * query, and the data of a `data:` URL.
 */
export function shownUrl(url: URL): string {
  if (url.protocol === "data:") {
    return `data:${url.pathname.split(",", 1)[0]!.slice(0, 60)},...`;
  }
  if (url.protocol === "file:") return filePath(url);
  const query = url.search === "" ? "" : "?***";
  return withoutPassword(url.href.split(/[?#]/, 1)[0]!) + query;
}

async function readFile(url: URL): Promise<UrlResult> {
  const flag = `--allow-read=${shownUrl(url)}`;
  requirePermission(url, { name: "read", path: url }, flag);
  try {
    return await readText(platform.readFile(url));
  } catch (error) {
    const fault = fileFault(error);
    if (fault === "absent") {
      return { fault: "found no such file; expected a TOML file" };
    }
    if (fault === "denied") {
      throw denied(url, "Let this user read the file.", error);
    }
    const text = error instanceof Error ? error.message : String(error);
    return { fault: `found ${quote(text)}; expected a TOML file` };
  }
}

async function fetchText(
  url: URL,
  signal: AbortSignal | undefined,
): Promise<UrlResult> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const deadline = setTimeout(end, DEADLINE);
  signal?.addEventListener("abort", end);
  try {
    // A redirect may lead to a host without permission, for which Deno would
    // prompt.
    const response = await fetch(url, {
      redirect: "manual",
      signal: ending.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return notOk(url, response);
    }
    return await readText(response.body ?? new Blob([]).stream());
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal);
    return {
      fault: `found ${failure(ending.signal, error)}; expected a TOML file`,
    };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener("abort", end);
  }
}

function notOk(url: URL, response: Response): UrlResult {
  const fault = `found HTTP status ${response.status}; expected 200`;
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, url)) return { fault };
  return { fault, hint: `Give ${shownUrl(new URL(location, url))} itself.` };
}

function failure(deadline: AbortSignal, error: unknown): string {
  if (deadline.aborted) return `no answer within ${DEADLINE / 1000} s`;
  const text = error instanceof Error ? error.message : String(error);
  return quote(withoutPassword(text));
}

/** Reads a stream as text and closes it in every case. */
async function readText(
  stream: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<UrlResult> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      return { fault: `found over ${MAX_BYTES} bytes; expected at most 1 MiB` };
    }
    chunks.push(chunk);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const parts = chunks.map((chunk) =>
      decoder.decode(chunk, { stream: true })
    );
    return { text: parts.join("") + decoder.decode() };
  } catch {
    return { fault: "found bytes that are not UTF-8; expected TOML text" };
  }
}

function requirePermission(
  url: URL,
  permission: Permission,
  flag: string,
): void {
  if (platform.isGranted(permission)) return;
  throw denied(url, `Run with ${flag}.`);
}

function denied(url: URL, hint: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "PERMISSION_DENIED",
    `Cannot read "${shownUrl(url)}": found no permission; expected read access`,
    cause === undefined ? { hint } : { hint, cause },
  );
}

/**
 * Returns the path for display. Unlike the functions of libraries, it never
 * throws.
 */
function filePath(url: URL): string {
  const path = url.pathname.replace(/^\/(?=[A-Za-z]:\/)/, "");
  try {
    return decodeURIComponent(path).replace(/[\p{Cc}\p{Cf}]/gu, "?");
  } catch {
    return path; // a URL may contain a single "%"
  }
}

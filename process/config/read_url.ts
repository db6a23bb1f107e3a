import { CaryatidError } from "@caryatid/sdk";
import { abortedError } from "./config_error.ts";
import { fileFault, platform } from "../platform.ts";
import type { Permission } from "../platform_form.ts";
import { quote, withoutPassword } from "./shown.ts";
import { MAX_BYTES } from "./toml_text.ts";

/** The text behind a URL, or why there is none. */
export type UrlResult = { readonly text: string } | {
  readonly fault: string;
  readonly hint?: string;
};

const DEADLINE = 30_000;

/**
 * Reads a `file:`, `http(s):` or `data:` URL, at most 1 MiB and within 30 s. Asks no permission: what isn't granted is an error.
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
      fault: `found the scheme ${quote(url.protocol)}, ` +
        "wanted file:, https:, http: or data:",
    };
  }
  if (url.protocol !== "data:") {
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const host = `${url.hostname}:${port}`;
    requirePermission(url, { name: "net", host }, `--allow-net=${url.host}`);
  }
  return await fetchText(url, signal);
}

/** A URL for people: a file's path, else without what may be secret: password, query, and the data of a `data:` URL. */
export function shownUrl(url: URL): string {
  if (url.protocol === "data:") {
    return `data:${url.pathname.split(",", 1)[0]!.slice(0, 60)},...`;
  }
  if (url.protocol === "file:") return filePath(url);
  const query = url.search === "" ? "" : "?***";
  return withoutPassword(url.href.split(/[?#]/, 1)[0]!) + query;
}

async function readFile(url: URL): Promise<UrlResult> {
  const hint = `--allow-read=${shownUrl(url)}`;
  requirePermission(url, { name: "read", path: url }, hint);
  try {
    return await readText(platform.readFile(url));
  } catch (error) {
    const fault = fileFault(error);
    if (fault === "absent") {
      return { fault: "found no such file, wanted a TOML file" };
    }
    if (fault === "denied") {
      throw denied(url, "let this user read the file", error);
    }
    const text = error instanceof Error ? error.message : String(error);
    return { fault: `found ${quote(text)}, wanted a TOML file` };
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
    // A redirect might lead to a host for which Deno would have to ask.
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
      fault: `found ${failure(ending.signal, error)}, wanted a TOML file`,
    };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener("abort", end);
  }
}

function notOk(url: URL, response: Response): UrlResult {
  const fault = `found HTTP status ${response.status}, wanted 200`;
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, url)) return { fault };
  return { fault, hint: `give ${shownUrl(new URL(location, url))} itself` };
}

function failure(deadline: AbortSignal, error: unknown): string {
  if (deadline.aborted) return `no answer within ${DEADLINE / 1000} s`;
  const text = error instanceof Error ? error.message : String(error);
  return quote(withoutPassword(text));
}

/** A stream is closed on every way out. */
async function readText(
  stream: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<UrlResult> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      return { fault: `found over ${MAX_BYTES} bytes, wanted at most 1 MiB` };
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
    return { fault: "found bytes that are not UTF-8, wanted TOML text" };
  }
}

function requirePermission(
  url: URL,
  permission: Permission,
  hint: string,
): void {
  if (platform.isGranted(permission)) return;
  throw denied(url, `run with ${hint}`);
}

function denied(url: URL, hint: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "PERMISSION_DENIED",
    `Cannot read "${shownUrl(url)}": found no permission, wanted read access`,
    cause === undefined ? { hint } : { hint, cause },
  );
}

/** Not `fromFileUrl` of a library: it is for showing only, and may not throw. */
function filePath(url: URL): string {
  const path = url.pathname.replace(/^\/(?=[A-Za-z]:\/)/, "");
  try {
    return decodeURIComponent(path).replace(/[\p{Cc}\p{Cf}]/gu, "?");
  } catch {
    return path; // a stray "%", which a URL may have
  }
}

import { CaryatidError } from "@caryatid/sdk";

/** How long a server may take to answer, in milliseconds. */
const DEADLINE = 3_000;

/**
 * Asks a server whether it takes requests; gives the exit code for a container's health check: 0, or 1 and a line why. It needs no
 * more permission than to listen there.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for what is no URL of a server
 */
export async function askHealth(url: string): Promise<0 | 1> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot ask ${JSON.stringify(url)}: wanted a URL`,
      { hint: "for example http://127.0.0.1:4340/health" },
    );
  }
  try {
    const signal = AbortSignal.timeout(DEADLINE);
    const { status, body } = await fetch(url, { signal, redirect: "manual" });
    await body?.cancel();
    if (status === 200) return 0;
    complain(`${url} answers ${status}`);
  } catch (error) {
    const { cause, message } = error as Error;
    complain(`${url}: ${cause instanceof Error ? cause.message : message}`);
  }
  return 1;
}

function complain(line: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.error(line);
}

/** Reason of an error that Deno reports, and the next step. */
export interface DenoFault {
  readonly reason: string;
  readonly hint: string | undefined;
}

/** Lines of an error that are kept. */
const MAX_LINES = 4;

/**
 * Summarizes what Deno wrote to standard error in one line; returns undefined
 * if it wrote nothing.
 */
export function denoFault(stderr: string): DenoFault | undefined {
  const from = Math.max(0, stderr.search(/^error: /m));
  const text = stderr.slice(from).split(/^(?:Stack backtrace|\s+at )/m)[0]!
    .replace(/^error: /, "").trim();
  if (text === "") return undefined;
  return lockFault(text) ?? { reason: shorten(text), hint: hintFor(text) };
}

/** Like {@linkcode denoFault}, with a reason in any case. */
export function faultOf(stderr: string): DenoFault {
  return denoFault(stderr) ??
    { reason: "Deno reports no reason", hint: undefined };
}

function lockFault(text: string): DenoFault | undefined {
  const hashes = text.match(/Actual: (\S+)\s+Expected: (\S+)/);
  if (hashes !== null) {
    const of = text.match(/Specifier: (\S+)|package: "([^"]+)"/);
    const name = of?.[1] ?? of?.[2] ?? "it";
    return {
      reason: `${name} is not what deno.lock says: ` +
        `found ${hashes[1]}; expected ${hashes[2]}`,
      hint: "Review what has changed before you write the lock again.",
    };
  }
  if (!text.includes("The lockfile is out of date")) return undefined;
  return {
    reason: "found something that deno.lock lacks, or has otherwise; " +
      "expected it there (--frozen)",
    hint: "Run it once without --frozen, and review what is added.",
  };
}

function shorten(text: string): string {
  // Deno lists each cause again below the error that it caused.
  const lines = text.split("\n").filter((line) =>
    !/^Caused by:$|^\s+[1-9]\d*: /.test(line)
  );
  return lines.slice(0, MAX_LINES).join(" ").replaceAll(/\s+/g, " ");
}

function hintFor(text: string): string | undefined {
  const host = text.match(/import access to "([^"]+)"/)?.[1];
  if (host !== undefined) {
    return `Allow it with --allow-import=${host}, or in hosts of [import].`;
  }
  if (text.includes("minimum dependency date")) {
    return 'Set "minimumDependencyAge" in deno.json, or wait until it is a day old.';
  }
  return /error sending request|not found|does not exist|failed: \d{3} /i
      .test(text)
    ? "Check the address, and that its host is reachable."
    : undefined;
}

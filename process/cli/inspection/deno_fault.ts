/** Why Deno refused something, and the next step. */
export interface DenoFault {
  readonly why: string;
  readonly hint: string | undefined;
}

/** Lines of an error of Deno's that tell enough. */
const MOST_LINES = 4;

/** What Deno says on standard error when it ends by an error, as one line; undefined if it says nothing. */
export function denoFault(said: string): DenoFault | undefined {
  const from = Math.max(0, said.search(/^error: /m));
  const text = said.slice(from).split(/^(?:Stack backtrace|\s+at )/m)[0]!
    .replace(/^error: /, "").trim();
  if (text === "") return undefined;
  return lockFault(text) ?? { why: shortened(text), hint: hintFor(text) };
}

function lockFault(text: string): DenoFault | undefined {
  const hashes = text.match(/Actual: (\S+)\s+Expected: (\S+)/);
  if (hashes !== null) {
    const of = text.match(/Specifier: (\S+)|package: "([^"]+)"/);
    const name = of?.[1] ?? of?.[2] ?? "it";
    return {
      why: `${name} is not what deno.lock says: ` +
        `found ${hashes[1]}, wanted ${hashes[2]}`,
      hint: "look at what has changed before you write the lock anew",
    };
  }
  if (!text.includes("The lockfile is out of date")) return undefined;
  return {
    why: "found something that deno.lock lacks, or has otherwise, " +
      "wanted it there (--frozen)",
    hint: "run it once without --frozen, and look at what is added",
  };
}

function shortened(text: string): string {
  // What it is caused by is listed again, each cause within the one before.
  const lines = text.split("\n").filter((line) =>
    !/^Caused by:$|^\s+[1-9]\d*: /.test(line)
  );
  return lines.slice(0, MOST_LINES).join(" ").replaceAll(/\s+/g, " ");
}

function hintFor(text: string): string | undefined {
  const host = text.match(/import access to "([^"]+)"/)?.[1];
  if (host !== undefined) {
    return `allow it with --allow-import=${host}, or in [import] hosts`;
  }
  if (text.includes("minimum dependency date")) {
    return 'set "minimumDependencyAge" in deno.json, or wait until it is a day old';
  }
  return /error sending request|not found|does not exist|failed: \d{3} /i
      .test(text)
    ? "is the address right, and the host up?"
    : undefined;
}

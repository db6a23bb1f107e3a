import { VERSION } from "../../version.ts";
import { counted } from "../show_problems.ts";
import type { Part, Subject } from "../subject.ts";

const DEADLINE = 10_000;

/** A binary that was made. */
export interface Made {
  readonly path: string;
  readonly target: string;
  readonly flags: readonly string[];
}

/** How large it is, what it holds and what it may do. */
export function summary(
  { parts }: Subject,
  { path, target, flags }: Made,
): string[] {
  const { size } = Deno.statSync(path);
  const megabytes = (size / 1e6).toFixed(1);
  const granted = flags.filter((flag) => !flag.startsWith("--allow-import"));
  return [
    `${path}: ${megabytes} MB for ${target}`,
    `holds ${held(parts, "module")}; ${held(parts, "message-bus")}`,
    `may do ${granted.join(" ") || "nothing that needs a permission"}`,
  ];
}

function held(parts: readonly Part[], kind: Part["kind"]): string {
  const own = parts.filter((part) => part.kind === kind);
  const ids = own.map(({ config }) => config.id).join(", ");
  const what = kind === "module" ? "module" : "bus";
  return counted(own.length, what) + (ids && ` (${ids})`);
}

/** Whether it is a program of ours at all: with another runtime than Deno's own it may be anything. */
export async function startsHere(path: string): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command(path, {
      args: ["--version"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(DEADLINE),
    }).output();
    return new TextDecoder().decode(stdout).includes(`Caryatid ${VERSION}`);
  } catch {
    return false; // the system doesn't take it for a program
  }
}

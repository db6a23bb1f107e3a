import { RunningProgram } from "../support/running_program.ts";

const program = new URL("member_program.ts", import.meta.url).pathname;

/** What a member does, beside the settings of its bus. */
export interface MemberOptions {
  readonly url: string;
  readonly exchange: string;
  readonly pattern: string;
  /** Whose member it is; else it answers requests, with `handle`. */
  readonly group?: string;
  readonly handle?: true;
  readonly [setting: string]: unknown;
}

/** Runs `member_program.ts`; resolves when it listens. */
export async function runMember(
  options: MemberOptions,
): Promise<RunningProgram> {
  const net = "--allow-net=127.0.0.1";
  const json = JSON.stringify(options);
  const args = ["run", "--no-prompt", "--no-check", net, program, json];
  const member = new RunningProgram(args);
  await member.line(/^ready$/);
  return member;
}

/** What it took, in order. */
export function taken(member: RunningProgram): string[] {
  return member.lines.filter((line) => line.startsWith("took "))
    .map((line) => line.slice("took ".length));
}

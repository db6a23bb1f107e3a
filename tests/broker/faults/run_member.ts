import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("member_program.ts", import.meta.url).pathname;

/** Options of a member, in addition to the settings of its bus. */
export interface MemberOptions {
  readonly url: string;
  readonly exchange: string;
  readonly pattern: string;
  /** Group of the member; without one it answers requests, with `handle`. */
  readonly group?: string;
  /** Duration of each message, in milliseconds (0). */
  readonly work?: number;
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

/** Returns the messages that the member started, in order. */
export function taken(member: RunningProgram): string[] {
  return printed(member, "took ");
}

/** Returns the messages that the member finished, in order. */
export function done(member: RunningProgram): string[] {
  return printed(member, "done ");
}

function printed(member: RunningProgram, word: string): string[] {
  return member.lines.filter((line) => line.startsWith(word))
    .map((line) => line.slice(word.length));
}

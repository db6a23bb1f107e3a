import {
  type Attempt,
  type AttemptGroup,
  isControlled,
  type Result,
} from "./attempt.ts";
import { ATTEMPTS, GROUPS, IN_JAIL } from "./attempts/all.ts";

/** URL of the page. */
export const PAGE: URL = new URL(
  "../../docs/evidence/escape-matrix.md",
  import.meta.url,
);

const CONTROLLED = [...ATTEMPTS.values()].filter(isControlled).length;

const HEAD = `# Escape matrix

<!-- Written by \`deno task escape\` from tests/escape/attempts; a test compares it. -->

This page lists attempts of a hostile module to escape its isolation, and the
result of each. A real guest makes every attempt on Deno ${Deno.version.deno}. It
has no permission except those listed with the attempt. For the choice of an
isolation, see [SECURITY.md](../../SECURITY.md).

- **refused**: the attempt fails with an error in the module.
- **contained**: the attempt succeeds or ends its guest. It does not affect the
  host or other modules, and the guest receives no secret of the host.
- **open**: the attempt escapes. The page gives the reason for each one.

- \`worker\`: the permissions of Deno and the guards of a worker.
- \`wall 1\`: the permissions of Deno and the guards of a separate process,
  without the jail.
- \`wall 2\`: the jail of the operating system, with a program that has all
  permissions of Deno and no guards. "–" means that an attempt does not concern
  the operating system.
- \`all\`: a guest with \`isolation = "process"\` on a machine with the jail.

Each wall is tested without the other one. One exception remains: with \`net\`
granted, the jail shares the network of its host and does not restrict hosts.
Wall 1 restricts them. The third wall, the checks of the host on each frame, has
its own tests (\`process/isolation/host/frame_fuzz_test.ts\`).

A control makes ${CONTROLLED} of the attempts without isolation, and all of them
escape. So the isolation stops them, and not an error in the attempt. The other
attempts have no control: they end their process, need something that a machine
may not have, or have no meaning without isolation.

\`deno task escape\` makes all attempts and writes this page.
\`deno task test:escape\` makes every third one.
`;

/** Returns the page, generated from the expected results of the attempts. */
export function escapePage(): string {
  const all = GROUPS.flatMap(({ attempts }) => attempts);
  return [
    HEAD,
    summary(all),
    ...openOnes(all),
    ...GROUPS.map(section),
  ].join("\n");
}

/** Column of the page. */
export type Column = "worker" | "process" | "jail" | "walls";

/** Columns with their heads, in order. */
const HEADS: Readonly<Record<Column, string>> = {
  worker: "worker",
  process: "wall 1",
  jail: "wall 2",
  walls: "all",
};
const COLUMNS = Object.keys(HEADS) as Column[];

/**
 * Returns the expected result of an attempt; undefined if the attempt is not
 * made in this column.
 */
export function expected(
  attempt: Attempt,
  column: Column,
): Result | undefined {
  if (column === "jail") {
    return IN_JAIL.has(attempt.name) ? attempt.jail ?? "refused" : undefined;
  }
  if (column !== "walls") return attempt[column] ?? "refused";
  const { walls, process = "refused" } = attempt;
  return walls ?? (process === "open" ? "refused" : process);
}

function summary(all: readonly Attempt[]): string {
  const row = (column: Column) => {
    const results = all.map((attempt) => expected(attempt, column));
    const count = (result: Result) =>
      results.filter((one) => one === result).length;
    const made = results.filter((one) => one !== undefined).length;
    return `| ${HEADS[column]} | ${made} | ${count("refused")} | ` +
      `${count("contained")} | ${count("open")} |`;
  };
  return `| column | attempts | refused | contained | open |
| --- | --- | --- | --- | --- |
${COLUMNS.map(row).join("\n")}
`;
}

function openOnes(all: readonly Attempt[]): string[] {
  const open = (column: Column) =>
    all.filter((attempt) => expected(attempt, column) === "open");
  const process = open("process");
  const worker = open("worker").filter((one) => !process.includes(one));
  const listed = (ones: readonly Attempt[]) =>
    ones.map(({ name, why }) => `- ${name}: ${why}.`).join("\n");
  const walls = open("walls");
  return [
    `## Open attempts

${
      walls.length === 0
        ? "No attempt is open in a separate process with the jail."
        : `In a separate process with the jail, a module:\n\n${listed(walls)}`
    }

In a worker and in a process without a jail, a module:

${listed(process)}

In a worker only, a module:

${listed(worker)}

In the jail alone, a program:

${listed(open("jail"))}
`,
  ];
}

function section({ title, attempts }: AttemptGroup): string {
  const rows = attempts.map((attempt) => {
    const { name, why = "", grants } = attempt;
    const granted = grants === undefined
      ? ""
      : ` (granted: ${
        Object.entries(grants).map(([kind, values]) =>
          `${kind} of ${
            values.map((value: string) => `\`${value}\``).join(", ")
          }`
        ).join("; ")
      })`;
    const results = COLUMNS.map((column) => expected(attempt, column) ?? "–");
    return `| ${name}${granted} | ${results.join(" | ")} | ${why} |`;
  });
  return `## ${title}

| attempt | ${Object.values(HEADS).join(" | ")} | why |
| --- | ${COLUMNS.map(() => "---").join(" | ")} | --- |
${rows.join("\n")}
`;
}

/** Returns the text as `deno fmt` formats it. */
export async function formatted(text: string): Promise<string> {
  const child = new Deno.Command("deno", {
    args: ["fmt", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(text));
  await input.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

import {
  type Attempt,
  type AttemptGroup,
  isControlled,
  type Result,
} from "./attempt.ts";
import { ATTEMPTS, GROUPS } from "./attempts/all.ts";

/** Where the page lies. */
export const PAGE: URL = new URL(
  "../../docs/escape-matrix.md",
  import.meta.url,
);

const CONTROLLED = [...ATTEMPTS.values()].filter(isControlled).length;

const HEAD = `# Escape matrix

<!-- Written by \`deno task escape\` from tests/escape/attempts; a test compares it. -->

What code that is out to get round its isolation tries, and what comes of it: a
real guest makes every attempt, with no permission but what is said, on Deno
${Deno.version.deno}. Which isolation is for which code is said in
[SECURITY.md](../SECURITY.md).

- **refused**: the attempt fails, with an error that the module sees.
- **contained**: it happens, or its guest ends; nobody else is any the worse, and
  nothing gets out.
- **open**: it gets out. Why is said below, for each.

${CONTROLLED} of them are made without isolation, too, and all of those get out: so
they aren't refused here because they were badly made. The others end their
process, need what a machine may not have, or mean nothing there.
`;

/** The page, from what is expected of the attempts. */
export function escapePage(): string {
  const all = GROUPS.flatMap(({ attempts }) => attempts);
  return [
    HEAD,
    summary(all),
    ...openOnes(all),
    ...GROUPS.map(section),
  ].join("\n");
}

/** What is expected of an attempt in one isolation. */
export function expected(
  attempt: Attempt,
  isolation: "worker" | "process",
): Result {
  return attempt[isolation] ?? "refused";
}

function summary(all: readonly Attempt[]): string {
  const row = (isolation: "worker" | "process") => {
    const count = (result: Result) =>
      all.filter((attempt) => expected(attempt, isolation) === result).length;
    return `| \`"${isolation}"\` | ${all.length} | ${count("refused")} | ` +
      `${count("contained")} | ${count("open")} |`;
  };
  return `| isolation | attempts | refused | contained | open |
| --- | --- | --- | --- | --- |
${row("worker")}
${row("process")}
`;
}

function openOnes(all: readonly Attempt[]): string[] {
  const open = (isolation: "worker" | "process") =>
    all.filter((attempt) => expected(attempt, isolation) === "open");
  const process = open("process");
  const worker = open("worker").filter((one) => !process.includes(one));
  const listed = (ones: readonly Attempt[]) =>
    ones.map(({ name, why }) => `- It ${name}: ${why}.`).join("\n");
  return [
    `## What is not protected

In both isolations:

${listed(process)}

In a worker only:

${listed(worker)}
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
    return `| ${name}${granted} | ${expected(attempt, "worker")} | ` +
      `${expected(attempt, "process")} | ${why} |`;
  });
  return `## ${title}

| attempt | worker | process | why |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

/** As \`deno fmt\` has it. */
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

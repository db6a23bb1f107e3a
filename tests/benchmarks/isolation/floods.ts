import type { Case } from "../harness.ts";
import { FLOODS } from "../../../process/isolation/testing/floods.ts";

const PROGRAM = new URL(
  "../../../process/isolation/testing/flood_program.ts",
  import.meta.url,
)
  .href;

/**
 * Floods of an isolated process, and their cost for its host and another guest.
 */
export const floods: readonly Case[] = Object.keys(FLOODS).flatMap((flood) => [
  {
    name: `flood-${flood.replaceAll(" ", "-")}`,
    unit: "ms",
    async run() {
      const { delay, neighbour } = await run(flood);
      return { delay, neighbour };
    },
    goals: [{ of: "delay", most: 100 }, { of: "neighbour", most: 100 }],
    remark: "99th percentile of the delay of the host's event loop, and of " +
      "a request to another guest, until the flood ends its guest or for 3 s",
  },
  {
    name: `flood-${flood.replaceAll(" ", "-")}-memory`,
    unit: "MB",
    run: async () => ({ grown: (await run(flood)).grown }),
    goals: [{ of: "grown", most: 64 * 2 ** 20 }],
    remark: "the most that the host's memory grew meanwhile",
  },
]);

interface Report {
  readonly delay: number;
  readonly neighbour: number;
  readonly grown: number;
}

async function run(flood: string): Promise<Report> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-all"],
      ...[PROGRAM, flood],
    ],
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  const report = lines.find((line) => line.startsWith("{"));
  if (report === undefined) throw new Error(`no report: ${lines.join(" ")}`);
  return JSON.parse(report);
}

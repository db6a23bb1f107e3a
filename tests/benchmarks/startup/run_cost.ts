import { Skip } from "../harness.ts";

/** Times of a program from its start to its end, in milliseconds. */
export interface RunCost {
  /** Processor time of all threads; other programs change it little. */
  readonly cpu: number;
  readonly wall: number;
}

/** Runs Deno until it ends, and returns its times. */
export async function runCost(
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<RunCost> {
  // The shell reads the processor time of its child, which Deno does not. Its
  // standard error has the times, its standard output the errors of the child.
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" 2>&1 >/dev/null';
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    ...options,
    args: ["-c", script, "bash", Deno.execPath(), ...args],
    stdin: "null",
    stdout: "piped",
  }).output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Skip("needs bash");
  });
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`the measured program failed: ${decoder.decode(stdout)}`);
  }
  const times = decoder.decode(stderr).trim().split(" ").map(Number);
  const [user, system, wall] = times;
  return { cpu: (user! + system!) * 1_000, wall: wall! * 1_000 };
}

/** Figures of a program and a peer; their ratio is that of `cpu`. */
export async function costFigures(
  ours: () => Promise<RunCost>,
  peer: () => Promise<RunCost>,
): Promise<Record<"cpu" | "peer-cpu" | "wall" | "peer-wall", number>> {
  const [mine, other] = [await ours(), await peer()];
  return {
    cpu: mine.cpu,
    "peer-cpu": other.cpu,
    wall: mine.wall,
    "peer-wall": other.wall,
  };
}

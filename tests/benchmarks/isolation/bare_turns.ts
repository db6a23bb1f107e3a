import { readToLength } from "./read_to_length.ts";

/**
 * Work of both bare programs: they return as many bytes as they receive, or
 * send bytes up to a total.
 */
const ECHO_WORKER = `data:text/javascript,${
  encodeURIComponent("onmessage = ({ data }) => postMessage(data)")
}`;
const ECHO_PROCESS = `const piece = new Uint8Array(65536);
for (let n; (n = Deno.stdin.readSync(piece)) !== null;) {
  Deno.stdout.writeSync(piece.subarray(0, n));
}`;

/** Round trips in sequence: the lower bound of a request. */
export async function bareTurns(
  isolation: "worker" | "process",
  count: number,
): Promise<number> {
  const echo = isolation === "worker" ? echoWorker() : echoProcess();
  await echo.turn(); // it has started
  const began = performance.now();
  for (let i = 0; i < count; i++) await echo.turn();
  const rate = count * 1000 / (performance.now() - began);
  await echo.end();
  return rate;
}

interface Echo {
  turn(): Promise<void>;
  end(): Promise<void>;
}

function echoWorker(): Echo {
  const worker = new Worker(ECHO_WORKER, { type: "module" });
  const bytes = new Uint8Array(32);
  return {
    turn: () =>
      new Promise((resolve) => {
        worker.onmessage = () => resolve();
        worker.postMessage(bytes);
      }),
    end: () => Promise.resolve(worker.terminate()),
  };
}

function echoProcess(): Echo {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", ECHO_PROCESS],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const bytes = new Uint8Array(32);
  return {
    async turn() {
      await writer.write(bytes);
      await readToLength(reader, bytes.length);
    },
    async end() {
      await writer.close();
      await reader.cancel();
      await child.status;
    },
  };
}

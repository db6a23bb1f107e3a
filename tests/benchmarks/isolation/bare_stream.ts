import { readToLength } from "./read_to_length.ts";

/** Approximate size of a publish of the benchmark on the bridge, in bytes. */
const LENGTH = 32;

/**
 * Programs that receive a number, and send that number of messages, one by one,
 * as fast as they can.
 */
const WORKER = `data:text/javascript,${
  encodeURIComponent(`onmessage = ({ data }) => {
    const bytes = new Uint8Array(${LENGTH});
    for (let i = 0; i < data; i++) postMessage(bytes);
  }`)
}`;
const PROCESS = `const piece = new Uint8Array(16);
const length = Deno.stdin.readSync(piece);
const count = Number(new TextDecoder().decode(piece.subarray(0, length)));
const bytes = new Uint8Array(${LENGTH});
for (let i = 0; i < count; i++) Deno.stdout.writeSync(bytes);`;

/**
 * Messages in one direction without an answer: the lower bound of a publish in
 * its own frame.
 */
export function bareStream(
  isolation: "worker" | "process",
  count: number,
): Promise<number> {
  return isolation === "worker" ? fromWorker(count) : fromProcess(count);
}

async function fromWorker(count: number): Promise<number> {
  const worker = new Worker(WORKER, { type: "module" });
  const come = (wanted: number) =>
    new Promise<void>((resolve) => {
      let got = 0;
      worker.onmessage = () => {
        if (++got === wanted) resolve();
      };
      worker.postMessage(wanted);
    });
  await come(1); // it has started
  const rate = await perSecond(count, () => come(count));
  worker.terminate();
  return rate;
}

async function fromProcess(count: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", `Deno.stdout.writeSync(new Uint8Array(1));${PROCESS}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  await readToLength(reader, 1); // it has started
  const rate = await perSecond(count, async () => {
    await writer.write(new TextEncoder().encode(`${count}`));
    await readToLength(reader, count * LENGTH);
  });
  await writer.close();
  await reader.cancel();
  await child.status;
  return rate;
}

async function perSecond(
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  const began = performance.now();
  await work();
  return count * 1000 / (performance.now() - began);
}

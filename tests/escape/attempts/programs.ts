import type { AttemptGroup } from "../attempt.ts";
import * as childProcess from "node:child_process";
import process from "node:process";

/** Attempts to run other programs, and code other than JavaScript. */
export const programs: AttemptGroup = {
  title: "Programs and native code",
  jail: true,
  attempts: [
    {
      name: "runs a program",
      jail: "contained",
      attempt: () => new Deno.Command(Deno.execPath()).outputSync().code,
    },
    {
      name: "runs a program with node:child_process",
      attempt: () => childProcess.execFileSync("true").length,
    },
    {
      name: "forks a process with node:child_process",
      jail: "contained",
      attempt: ({ folder }) =>
        childProcess.fork(`${folder}/granted/own.txt`).kill(),
    },
    {
      name: "starts a worker with node:cluster",
      jail: "contained",
      async attempt() {
        const { default: cluster } = await import("node:cluster");
        return cluster.fork().id;
      },
      alone: true,
      uncontrolled: true, // Deno does not implement it
    },
    {
      name: "opens a native library",
      jail: "contained",
      attempt: () => Deno.dlopen("libc.so.6", {}).close(),
      uncontrolled: true, // returns nothing
    },
    {
      name: "loads a native add-on with process.dlopen",
      attempt: ({ folder }) =>
        process.dlopen({ exports: {} }, `${folder}/add-on.node`),
      uncontrolled: true, // the file is not a native add-on
    },
    {
      name: "loads an SQLite extension with node:sqlite",
      async attempt({ folder }) {
        const { DatabaseSync } = await import("node:sqlite");
        const options = { allowExtension: true };
        new DatabaseSync(":memory:", options).loadExtension(folder);
      },
      uncontrolled: true, // the file is not an extension
    },
    {
      name: "opens a Deno.Kv",
      attempt: async () =>
        await (Deno as unknown as { openKv(path: string): Promise<unknown> })
          .openKv(":memory:"),
      uncontrolled: true, // it requires a flag
    },
    {
      name: "opens the inspector",
      jail: "contained",
      async attempt() {
        const { open } = await import("node:inspector");
        open(0, "127.0.0.1");
      },
      alone: true,
      uncontrolled: true, // it would stay open during later attempts
    },
    {
      name: "sends a signal to its parent process",
      jail: "contained",
      attempt: () => process.kill(process.ppid, 0),
    },
    {
      name: "sends a signal to its host",
      attempt: ({ pid }) => process.kill(pid, 0),
    },
    {
      name: "sends a signal to its process group",
      jail: "contained",
      attempt: () => process.kill(0, 0),
    },
    {
      name: "compiles and runs WebAssembly",
      jail: "contained",
      worker: "contained",
      process: "contained",
      why: "WebAssembly reaches only what the module passes to it",
      uncontrolled: true,
      attempt() {
        const empty = [0, 97, 115, 109, 1, 0, 0, 0];
        new WebAssembly.Instance(
          new WebAssembly.Module(new Uint8Array(empty)),
        );
      },
    },
    {
      name: "requests a graphics adapter",
      jail: "contained",
      async attempt() {
        const gpu =
          (navigator as unknown as { gpu: { requestAdapter(): unknown } }).gpu;
        return await gpu.requestAdapter() && "an adapter";
      },
      uncontrolled: true, // not every machine has one
    },
    {
      name: "sets V8 flags with node:v8",
      jail: "contained",
      uncontrolled: true,
      async attempt() {
        const { setFlagsFromString } = await import("node:v8");
        setFlagsFromString("--allow-natives-syntax");
        try {
          return new Function("return %GetOptimizationStatus(() => {})")();
        } catch {
          return undefined;
        }
      },
    },
  ],
};

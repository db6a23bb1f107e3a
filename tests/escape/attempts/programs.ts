import type { AttemptGroup } from "../attempt.ts";
import * as childProcess from "node:child_process";
import process from "node:process";

/** Other programs, and code that isn't JavaScript. */
export const programs: AttemptGroup = {
  title: "Programs and native code",
  attempts: [
    {
      name: "runs a program",
      attempt: () => new Deno.Command(Deno.execPath()).outputSync().code,
    },
    {
      name: "runs a program by node:child_process",
      attempt: () => childProcess.execFileSync("true").length,
    },
    {
      name: "forks itself by node:child_process",
      attempt: ({ folder }) =>
        childProcess.fork(`${folder}/granted/own.txt`).kill(),
    },
    {
      name: "starts a worker by node:cluster",
      async attempt() {
        const { default: cluster } = await import("node:cluster");
        return cluster.fork().id;
      },
      uncontrolled: true, // Deno doesn't have it
    },
    {
      name: "opens a library",
      attempt: () => Deno.dlopen("libc.so.6", {}).close(),
      uncontrolled: true, // gives nothing
    },
    {
      name: "opens a library by process.dlopen",
      attempt: ({ folder }) =>
        process.dlopen({ exports: {} }, `${folder}/add-on.node`),
      uncontrolled: true, // it is none
    },
    {
      name: "loads an extension by node:sqlite",
      async attempt({ folder }) {
        const { DatabaseSync } = await import("node:sqlite");
        const options = { allowExtension: true };
        new DatabaseSync(":memory:", options).loadExtension(folder);
      },
      uncontrolled: true, // it is none
    },
    {
      name: "opens a Deno.Kv",
      attempt: async () =>
        await (Deno as unknown as { openKv(path: string): Promise<unknown> })
          .openKv(":memory:"),
      uncontrolled: true, // it takes a flag
    },
    {
      name: "opens the inspector",
      async attempt() {
        const { open } = await import("node:inspector");
        open(0, "127.0.0.1");
      },
      uncontrolled: true, // would be open for the attempts that follow
    },
    {
      name: "sends the parent of its process a signal",
      attempt: () => process.kill(process.ppid, 0),
    },
    {
      name: "sends the host a signal",
      process: "refused",
      worker: "open",
      why: "it is the process of the worker itself, which Deno lets be ended " +
        "by anybody in it",
      attempt: ({ pid }) => process.kill(pid, 0),
    },
    {
      name: "sends its group of processes a signal",
      attempt: () => process.kill(0, 0),
    },
    {
      name: "compiles and runs WebAssembly",
      worker: "contained",
      process: "contained",
      why: "it has no more than what it is given",
      uncontrolled: true,
      attempt() {
        const empty = [0, 97, 115, 109, 1, 0, 0, 0];
        new WebAssembly.Instance(
          new WebAssembly.Module(new Uint8Array(empty)),
        );
      },
    },
    {
      name: "asks for the graphics processor",
      async attempt() {
        const gpu =
          (navigator as unknown as { gpu: { requestAdapter(): unknown } }).gpu;
        return await gpu.requestAdapter() && "an adapter";
      },
      uncontrolled: true, // not every machine has one
    },
    {
      name: "sets flags of V8 by node:v8",
      worker: "contained",
      process: "contained",
      why: "Deno ignores them",
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

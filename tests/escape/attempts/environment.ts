import type { AttemptGroup } from "../attempt.ts";
import { arch, hostname, userInfo } from "node:os";
import process from "node:process";

/** What is known of the machine. `ESCAPE_SECRET` and `ESCAPE_GRANTED` are set where the host runs. */
export const environment: AttemptGroup = {
  title: "Environment and system",
  attempts: [
    {
      name: "reads a variable",
      attempt: () => Deno.env.get("ESCAPE_SECRET"),
    },
    {
      name: "reads a variable by node:process",
      attempt: () => process.env.ESCAPE_SECRET,
    },
    {
      name: "lists all variables",
      attempt: () => Deno.env.toObject().ESCAPE_SECRET,
    },
    {
      name: "sets a variable",
      attempt() {
        Deno.env.set("ESCAPE_SET", "mine");
        return "it is set";
      },
    },
    {
      name: "reads a variable beside the one that is granted",
      grants: { env: ["ESCAPE_GRANTED"] },
      attempt: () => Deno.env.get("ESCAPE_SECRET"),
    },
    { name: "asks for the name of the machine", attempt: () => hostname() },
    { name: "asks who its user is", attempt: () => userInfo().username },
    {
      name: "asks where Deno lies",
      attempt: () => Deno.execPath(),
    },
    {
      name: "asks for the system, its architecture and the number of its cores",
      worker: "open",
      process: "open",
      why: "Deno tells it to anybody; it is the same for all on the machine",
      attempt: () => `${arch()} ${navigator.hardwareConcurrency}`,
    },
    {
      name: "asks for its process id and that of its parent",
      worker: "open",
      process: "open",
      why: "node:process tells it; it can't do anything with the number",
      attempt: () => `${process.pid} ${process.ppid}`,
    },
    {
      name: "asks for its current folder and the command line, by node:process",
      worker: "open",
      process: "open",
      why: "node:process tells both: paths, so no secrets belong in them",
      attempt: () => `${process.cwd()} ${process.argv}`,
    },
  ],
};

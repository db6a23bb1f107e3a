import type { AttemptGroup } from "../attempt.ts";
import { arch, hostname, userInfo } from "node:os";
import process from "node:process";

/**
 * Attempts to read data of the machine. `ESCAPE_SECRET` and `ESCAPE_GRANTED`
 * are set in the environment of the host.
 */
export const environment: AttemptGroup = {
  title: "Environment and system",
  jail: true,
  attempts: [
    {
      name: "reads an environment variable",
      jail: "contained",
      attempt: () => Deno.env.get("ESCAPE_SECRET"),
    },
    {
      name: "reads an environment variable with node:process",
      jail: "contained",
      attempt: () => process.env.ESCAPE_SECRET,
    },
    {
      name: "lists all environment variables",
      jail: "contained",
      attempt: () => Deno.env.toObject().ESCAPE_SECRET,
    },
    {
      name: "sets an environment variable",
      jail: "contained",
      attempt() {
        Deno.env.set("ESCAPE_SET", "mine");
        return "it is set";
      },
    },
    {
      name: "reads an environment variable other than the granted one",
      jail: "contained",
      grants: { env: ["ESCAPE_GRANTED"] },
      attempt: () => Deno.env.get("ESCAPE_SECRET"),
    },
    {
      name: "reads the host name of the machine",
      jail: "contained",
      attempt: () => hostname(),
    },
    { name: "reads the name of its user", attempt: () => userInfo().username },
    {
      name: "reads the path of the Deno executable",
      jail: "contained",
      attempt: () => Deno.execPath(),
    },
    {
      name: "reads the architecture and the number of cores",
      jail: "contained",
      worker: "open",
      process: "open",
      walls: "contained",
      harmless: true,
      why: "Deno requires no permission for them; they are the same for " +
        "all programs on the machine",
      attempt: () => `${arch()} ${navigator.hardwareConcurrency}`,
    },
    {
      name: "reads its process id and that of its parent",
      jail: "contained",
      worker: "open",
      process: "open",
      walls: "contained",
      harmless: true,
      why: "node:process requires no permission for them; the guest has no " +
        "permission to signal these processes",
      attempt: () => `${process.pid} ${process.ppid}`,
    },
    {
      name: "reads its working directory and command line with node:process",
      jail: "contained",
      worker: "open",
      process: "open",
      walls: "contained",
      harmless: true,
      why: "node:process requires no permission for them; both contain " +
        "paths, so keep secrets out of paths",
      attempt: () => `${process.cwd()} ${process.argv}`,
    },
  ],
};

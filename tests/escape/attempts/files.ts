import type { AttemptGroup } from "../attempt.ts";
import { fileNames } from "./file_names.ts";
import * as fs from "node:fs";
import { getBuiltinModule } from "node:process";

/** Creates a `require`. Throws if the guest has no `node:module`. */
const requireFrom = (url: string) =>
  getBuiltinModule("node:module").createRequire(url);

const GRANTED = { read: ["{folder}/granted"] };

/** Attempts to read files. A guest has only the grants of its attempt. */
export const files: AttemptGroup = {
  title: "Reading files",
  jail: true,
  attempts: [
    {
      name: "reads its own source",
      jail: "contained",
      attempt: () => Deno.readTextFileSync(new URL(import.meta.url)),
    },
    {
      name: "reads /etc/passwd",
      attempt: () => Deno.readTextFile("/etc/passwd"),
    },
    {
      name: "reads /etc/passwd with node:fs",
      attempt: () => fs.readFileSync("/etc/passwd", "utf8"),
    },
    {
      name: "reads the environment of its process in /proc",
      jail: "contained",
      attempt: () => fs.readFileSync("/proc/self/environ", "utf8"),
    },
    {
      name: "reads the memory of its process in /proc",
      jail: "contained",
      attempt: () => `${fs.openSync("/proc/self/mem", "r")}`,
    },
    {
      name: "reads the environment of its host in /proc",
      attempt: ({ pid }) => fs.readFileSync(`/proc/${pid}/environ`, "utf8"),
    },
    {
      name: "fetches a file: URL",
      attempt: async ({ folder }) =>
        await (await fetch(`file://${folder}/secret.txt`)).text(),
    },
    {
      name: "checks whether a file exists",
      attempt: ({ folder }) => `${fs.statSync(`${folder}/secret.txt`).size}`,
    },
    {
      name: "loads a JSON file with require",
      attempt: ({ folder }) =>
        requireFrom(import.meta.url)(`${folder}/secret.json`).secret,
    },
    {
      name: "loads a native add-on with require",
      attempt: ({ folder }) =>
        requireFrom(import.meta.url)(`${folder}/add-on.node`),
      uncontrolled: true,
    },
    {
      name: "attaches a database file with node:sqlite",
      async attempt({ folder }) {
        const { DatabaseSync } = await import("node:sqlite");
        const database = new DatabaseSync(":memory:");
        database.exec(`ATTACH '${folder}/stolen.sqlite' AS stolen;
          CREATE TABLE stolen.secrets(secret)`);
        database.close();
        return "its own file";
      },
    },
    {
      name: "reads a file outside the granted folder through ../",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/../secret.txt`),
    },
    {
      name: "reads through a symbolic link in the granted folder",
      worker: "open",
      process: "open",
      why: "Deno checks the path as it is written, and follows links; " +
        "`caryatid check` warns of links that lead out of the folder",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/link.txt`),
    },
    {
      name: "reads through a hard link in the granted folder",
      worker: "open",
      process: "open",
      why: "a hard link is another name of the file itself, and cannot be " +
        "distinguished from it",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/hard.txt`),
    },
    {
      name:
        "creates a symbolic link out of a folder with read and write access",
      grants: { read: ["{folder}/granted"], write: ["{folder}/granted"] },
      attempt: ({ folder }) => {
        fs.symlinkSync("/etc", `${folder}/granted/etc`);
        return read(`${folder}/granted/etc/passwd`);
      },
    },
    {
      name: "creates a hard link in a folder with read and write access",
      grants: { read: ["{folder}/granted"], write: ["{folder}/granted"] },
      attempt: ({ folder }) => {
        fs.linkSync(`${folder}/secret.txt`, `${folder}/granted/made.txt`);
        return read(`${folder}/granted/made.txt`);
      },
    },
    {
      name: "requests the permission to read",
      async attempt({ folder }) {
        await Deno.permissions.request({ name: "read" });
        return read(`${folder}/secret.txt`);
      },
    },
    ...fileNames,
  ],
};

function read(path: string): string {
  return fs.readFileSync(path, "utf8");
}

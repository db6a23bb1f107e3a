import type { AttemptGroup } from "../attempt.ts";
import * as fs from "node:fs";
import { getBuiltinModule } from "node:process";

const { createRequire } = getBuiltinModule("node:module");

const GRANTED = { read: ["{folder}/granted"] };

/** Reads, with no grant but where one is said. */
export const files: AttemptGroup = {
  title: "Reading files",
  attempts: [
    {
      name: "reads its own source",
      attempt: () => Deno.readTextFileSync(new URL(import.meta.url)),
    },
    {
      name: "reads /etc/passwd",
      attempt: () => Deno.readTextFile("/etc/passwd"),
    },
    {
      name: "reads /etc/passwd by node:fs",
      attempt: () => fs.readFileSync("/etc/passwd", "utf8"),
    },
    {
      name: "reads the environment of its process in /proc",
      attempt: () => fs.readFileSync("/proc/self/environ", "utf8"),
    },
    {
      name: "reads the memory of its process in /proc",
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
      name: "asks whether a file exists",
      attempt: ({ folder }) => `${fs.statSync(`${folder}/secret.txt`).size}`,
    },
    {
      name: "requires a file of JSON",
      attempt: ({ folder }) =>
        createRequire(import.meta.url)(`${folder}/secret.json`).secret,
    },
    {
      name: "requires a native add-on",
      attempt: ({ folder }) =>
        createRequire(import.meta.url)(`${folder}/add-on.node`),
      uncontrolled: true,
    },
    {
      name: "attaches a file to a database of node:sqlite",
      async attempt({ folder }) {
        const { DatabaseSync } = await import("node:sqlite");
        const database = new DatabaseSync(":memory:");
        database.exec(`ATTACH '${folder}/stolen.sqlite' AS stolen;
          CREATE TABLE stolen.secrets(secret)`);
        database.close();
        return "a file of its own";
      },
    },
    {
      name: "reads a file beside the granted folder, by ../",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/../secret.txt`),
    },
    {
      name: "reads by a link that lies in the granted folder",
      worker: "open",
      process: "open",
      why: "Deno compares the text of paths, and follows links; " +
        "`caryatid check` warns of links that lead out",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/link.txt`),
    },
    {
      name: "reads by a hard link that lies in the granted folder",
      worker: "open",
      process: "open",
      why: "a hard link is the file itself: nothing tells them apart",
      grants: GRANTED,
      attempt: ({ folder }) => read(`${folder}/granted/hard.txt`),
    },
    {
      name: "makes a link out of a folder that it may read and write",
      grants: { read: ["{folder}/granted"], write: ["{folder}/granted"] },
      attempt: ({ folder }) => {
        fs.symlinkSync("/etc", `${folder}/granted/etc`);
        return read(`${folder}/granted/etc/passwd`);
      },
    },
    {
      name: "makes a hard link in a folder that it may read and write",
      grants: { read: ["{folder}/granted"], write: ["{folder}/granted"] },
      attempt: ({ folder }) => {
        fs.linkSync(`${folder}/secret.txt`, `${folder}/granted/made.txt`);
        return read(`${folder}/granted/made.txt`);
      },
    },
    {
      name: "asks for the permission to read",
      async attempt({ folder }) {
        await Deno.permissions.request({ name: "read" });
        return read(`${folder}/secret.txt`);
      },
    },
  ],
};

function read(path: string): string {
  return fs.readFileSync(path, "utf8");
}

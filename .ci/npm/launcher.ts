import { NODE, type NpmPackage } from "./package_form.ts";

/**
 * Returns the package of the command for npm. The command needs Deno, so the
 * package starts the same version from JSR with the Deno that npm installs.
 *
 * @param deno version of Deno
 */
export function launcherPackage(
  { name, version, license, readme, licenseText, deno }: {
    readonly name: string;
    readonly version: string;
    readonly license: string;
    readonly readme: string;
    readonly licenseText: string;
    readonly deno: string;
  },
): NpmPackage {
  const dependencies = { deno };
  const manifest = {
    name,
    version,
    description: "The command of Caryatid, on Deno",
    license,
    type: "module",
    bin: { caryatid: "./caryatid.js" },
    exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
    engines: { node: NODE },
    dependencies,
  };
  const files = new Map([
    ["package.json", JSON.stringify(manifest, undefined, 2) + "\n"],
    ["README.md", readme],
    ["LICENSE", licenseText],
    ["mod.js", script(`jsr:${name}@${version}`)],
    ["mod.d.ts", TYPES],
    ["caryatid.js", COMMAND],
  ]);
  return { name, files, dependencies };
}

const TYPES = `/**
 * Runs the command with these arguments on Deno. Resolves with its exit code.
 *
 * @throws {Error} if npm has not installed Deno for this platform
 */
export declare function main(args: readonly string[]): Promise<number>;
`;

const COMMAND = `#!/usr/bin/env node
import { main } from "./mod.js";

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(\`error: \${error.message}\`);
  process.exitCode = 1;
}
`;

function script(specifier: string): string {
  return `import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

const SPECIFIER = ${JSON.stringify(specifier)};
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

export async function main(args) {
  // The packages of the command are not those of the project around it.
  const run = ["run", "-A", "--node-modules-dir=none", SPECIFIER];
  const child = spawn(denoPath(), [...run, ...args], { stdio: "inherit" });
  // A terminal sends its signals to the child as well; a supervisor does not.
  const pass = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve(code ?? 128 + constants.signals[signal]);
      });
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, pass);
  }
}

function denoPath() {
  try {
    return createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
  } catch (cause) {
    throw new Error(
      "Cannot find Deno, which npm installs with this package for its " +
        "platforms: " + cause.message,
      { cause },
    );
  }
}
`;
}

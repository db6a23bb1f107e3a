/** Libraries of the page: specifier, name on the page, file of the package. */
const LIBRARIES: readonly (readonly [string, string, string])[] = [
  ["@dagrejs/dagre", "dagre.js", "@dagrejs/dagre/dist/dagre.esm.js"],
  ["htm", "htm.js", "htm/dist/htm.module.js"],
  ["preact", "preact.js", "preact/dist/preact.module.js"],
  ["preact/hooks", "preact_hooks.js", "preact/hooks/dist/hooks.module.js"],
];

const LICENSES: Readonly<Record<string, string>> = {
  "@dagrejs/dagre": "@dagrejs/dagre/LICENSE",
  htm: "htm/LICENSE",
  preact: "preact/LICENSE",
};

/**
 * Returns the files of the page by name: those of `page/`, the libraries, and
 * their licenses.
 */
export async function pageFiles(): Promise<Record<string, string>> {
  const folder = new URL("../page/", import.meta.url);
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const files: [name: string, text: string][] = [];
  for (const name of names.sort()) {
    const text = await Deno.readTextFile(new URL(name, folder));
    files.push([name, browserModule(text)]);
  }
  for (const [, name, path] of LIBRARIES) {
    files.push([name, browserModule(await packageFile(path))]);
  }
  const licenses = [];
  for (const [name, path] of Object.entries(LICENSES)) {
    licenses.push(`${name}\n\n${await packageFile(path)}`);
  }
  files.push(["licenses.txt", licenses.join("\n\n")]);
  return Object.fromEntries(files);
}

/** A browser cannot resolve bare names, and source maps are not served. */
function browserModule(text: string): string {
  let module = text.replace(/\/\/# sourceMappingURL=.*\n?$/, "");
  for (const [specifier, name] of LIBRARIES) {
    module = module.replaceAll(
      new RegExp(`(\\bfrom\\s*)"${specifier}"`, "g"),
      `$1"./${name}"`,
    );
  }
  return module;
}

/** Reads a file of an npm package, in the version of deno.lock. */
async function packageFile(path: string): Promise<string> {
  const [, name, file] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path)!;
  const entry = import.meta.resolve(name!);
  const [folder] = new RegExp(`^.*/${name}/[^/]+/`).exec(entry)!;
  return await Deno.readTextFile(new URL(folder + file));
}

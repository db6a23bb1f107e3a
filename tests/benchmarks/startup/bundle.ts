import { CompiledFile } from "../../cli/compiling.ts";

/** What `caryatid compile --bundle` makes of a file, for `deno run`. It is removed when this program ends. */
export async function bundleOf(config: URL): Promise<CompiledFile> {
  const folder = await Deno.makeTempDir();
  addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  return await CompiledFile.write(
    [config.pathname, "--bundle", "-o", `${folder}/bundle`],
  );
}

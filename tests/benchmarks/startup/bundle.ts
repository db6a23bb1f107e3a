import { CompiledFile } from "../../e2e/cli/compiling.ts";

/**
 * Output of `caryatid compile --bundle` for a file, for `deno run`. It is
 * removed when this program ends.
 */
export async function bundleOf(config: URL): Promise<CompiledFile> {
  const folder = await Deno.makeTempDir();
  addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  return await CompiledFile.write(
    [config.pathname, "--bundle", "-o", `${folder}/bundle`],
  );
}

import { CaryatidError } from "@caryatid/sdk";
import type { ConfigInput } from "../config/read_config.ts";
import { shownUrl } from "../config/read_url.ts";
import { configUrl } from "./config_files.ts";

/**
 * What a binary is to lay over its configuration: files as their URLs, standard input (`-`) as its text, which needs no permission.
 *
 * @throws {CaryatidError} `PERMISSION_DENIED` for a file that it wasn't granted
 */
export async function readOverlays(
  files: readonly string[],
  name: string,
): Promise<ConfigInput[]> {
  const inputs: ConfigInput[] = [];
  for (const file of files) {
    inputs.push(
      file === "-"
        ? await new Response(Deno.stdin.readable).text()
        : granted(configUrl(file), name),
    );
  }
  return inputs;
}

function granted(url: URL, name: string): URL {
  if (url.protocol !== "file:") return url;
  const { state } = Deno.permissions.querySync({ name: "read", path: url });
  if (state === "granted") return url;
  const path = shownUrl(url);
  throw new CaryatidError(
    "PERMISSION_DENIED",
    `Cannot read "${path}": found no permission baked in, wanted read access`,
    {
      hint: `${name} --config - < FILE needs none; ` +
        `or compile it with --allow-read=${path}`,
    },
  );
}

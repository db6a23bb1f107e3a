import { CaryatidError } from "@caryatid/sdk";
import { configFlag } from "../project.ts";
import { type InspectOptions, safeEnvironment } from "./child.ts";
import { textImport } from "./code_imports.ts";
import { type DenoFault, denoFault } from "./deno_fault.ts";

const TEXT = new TextEncoder();

/** What a file says, or why it can't be had. */
export type FileText = { readonly text: string } | {
  readonly fault: DenoFault;
};

/**
 * What files of code say, by their URLs, as Deno has them in its cache or downloads them. Nothing of them runs.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if Deno reads none of them
 */
export async function readTexts(
  urls: readonly string[],
  options: InspectOptions,
): Promise<ReadonlyMap<string, FileText>> {
  if (urls.length === 0) return new Map();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      configFlag(options.project),
      ...options.flags ?? [],
      "-",
    ],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(TEXT.encode(program(urls))).catch(() => {});
  await input.close().catch(() => {}); // it has ended; its status tells why
  const { success, stdout, stderr } = await child.output();
  const [said, error] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (!success) throw cannotRead(faultOf(error!));
  const texts: { text?: string; error?: string }[] = JSON.parse(said!);
  return new Map(urls.map((url, index) => {
    const { text, error = "" } = texts[index]!;
    return [url, text === undefined ? { fault: faultOf(error) } : { text }];
  }));
}

function program(urls: readonly string[]): string {
  const imports = urls.map((url) => textImport(url));
  return `const texts = await Promise.all([${imports.join()}].map((one) =>
    one.then((one) => ({ text: one.default }), (error) => ({ error: error.message }))
  ));
  console.log(JSON.stringify(texts));`;
}

function faultOf(said: string): DenoFault {
  return denoFault(said) ?? { why: "Deno can't say why", hint: undefined };
}

function cannotRead({ why, hint }: DenoFault): CaryatidError {
  return new CaryatidError("LOAD_FAILED", `Cannot read the code: ${why}`, {
    hint,
  });
}

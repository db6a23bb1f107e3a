import { compileRuntime } from "../compiled/compile_runtime.ts";
import type { JsrRegistry } from "../registry/jsr_registry.ts";
import { ROOT } from "../support/running_program.ts";
import { MACHINE, type PrivateDocker } from "./private_docker.ts";

const IMAGES = `${ROOT}tests/containers/images`;

/** Certificate authorities of this machine: its registries may need them. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Folders of the Debian that an image of Deno or RabbitMQ does not need. */
const EXCLUDED = [
  "proc/*",
  "tmp/*",
  "usr/share/doc",
  "usr/share/locale",
  "usr/share/man",
  "var/cache/*",
  "var/lib/apt/lists/*",
];

/** Images of the tests in place of images that cannot be pulled. */
export interface StandIns {
  /** Version of Deno whose image, `denoland/deno:<version>`, can compile. */
  readonly compiler: string;
}

/**
 * Builds images with the names of those that the Dockerfiles and compose files
 * start from: Debian 13 with Deno or RabbitMQ, and a part of it without a shell
 * for distroless.
 */
export async function buildStandIns(
  docker: PrivateDocker,
  debian: string,
  jsr: JsrRegistry,
): Promise<StandIns> {
  await docker.importFolder(debian, EXCLUDED, "caryatid.test/debian:13");
  await docker.docker(["build", "--tag", "rabbitmq:4", `${IMAGES}/rabbitmq`]);
  const distroless = "gcr.io/distroless/cc-debian12:nonroot";
  await docker.docker(["build", "--tag", distroless, `${IMAGES}/distroless`]);
  const runtime = await compileRuntime();
  const variable = `JSR_URL=${jsr.url.replace("127.0.0.1", MACHINE)}`;
  await buildDeno(docker, Deno.execPath(), Deno.version.deno, [variable]);
  await buildDeno(docker, runtime.deno, runtime.version, [
    variable,
    "DENORT_BIN=/usr/bin/denort",
  ], runtime.denort);
  return { compiler: runtime.version };
}

async function buildDeno(
  docker: PrivateDocker,
  deno: string,
  version: string,
  args: readonly string[],
  denort?: string,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_image_" });
  try {
    for (const name of ["Dockerfile", "entrypoint"]) {
      await Deno.copyFile(`${IMAGES}/deno/${name}`, `${folder}/${name}`);
    }
    await Deno.copyFile("/usr/bin/docker-init", `${folder}/tini`);
    await Deno.copyFile(CERTIFICATES, `${folder}/machine.crt`);
    await Deno.copyFile(deno, `${folder}/deno`);
    if (denort !== undefined) {
      await Deno.copyFile(denort, `${folder}/denort`);
    }
    await docker.docker([
      ...["build", "--tag", `denoland/deno:${version}`],
      ...args.flatMap((arg) => ["--build-arg", arg]),
      folder,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

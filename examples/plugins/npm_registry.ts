import { createHash } from "node:crypto";
import { packageTarball } from "./tarball.ts";

/** What a registry says of a package, and the package itself. */
export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

/** A package from its files, as `npm publish` would make it. */
export function publishedPackage(
  files: Readonly<Record<string, string>>,
): PublishedPackage {
  const { name, version } = JSON.parse(files["package.json"]!);
  return { name, version, tarball: packageTarball(files) };
}

/** Answers as a registry of this one package: with what there is to know of it, or with its tarball. */
export function answerAsRegistry(
  request: Request,
  published: PublishedPackage,
): Response {
  const { origin, pathname } = new URL(request.url);
  const { name, version, tarball } = published;
  const file = `/${name}/-/${version}.tgz`;
  const path = decodeURIComponent(pathname);
  if (path === file) return new Response(tarball);
  if (path !== `/${name}`) return new Response("none", { status: 404 });
  const hash = createHash("sha512").update(tarball).digest("base64");
  return Response.json({
    name,
    "dist-tags": { latest: version },
    // Deno takes no version that is younger than a day.
    time: { [version]: "2026-01-01T00:00:00.000Z" },
    versions: {
      [version]: {
        name,
        version,
        exports: "./index.js",
        dist: { tarball: `${origin}${file}`, integrity: `sha512-${hash}` },
      },
    },
  });
}

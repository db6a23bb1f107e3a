import { createHash } from "node:crypto";
import { packageTarball } from "./tarball.ts";

/** A package with its name and version in a registry. */
export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

/** Creates a package of files, as `npm publish` does. */
export function publishedPackage(
  files: Readonly<Record<string, string>>,
): PublishedPackage {
  const { name, version } = JSON.parse(files["package.json"]!);
  return { name, version, tarball: packageTarball(files) };
}

/** Answers as a registry of one package, with its metadata or its tarball. */
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
    // Deno ignores versions younger than a day.
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

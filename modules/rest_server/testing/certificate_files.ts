import { join } from "node:path";
import { Certificate } from "../../../tests/support/certificate.ts";

/** A certificate of 127.0.0.1 and its key: two PEM files. */
export interface CertificateFiles extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
  /** The authority to trust, as PEM. */
  readonly authority: string;
}

/** Makes a certificate of 127.0.0.1 in a new folder. */
export async function certificateFiles(): Promise<CertificateFiles> {
  const folder = await Deno.makeTempDir();
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const authority = Certificate.authority("an authority of the test");
  const own = authority.sign({ name: "127.0.0.1" });
  await Deno.writeTextFile(cert, own.cert);
  await Deno.writeTextFile(key, own.key);
  return {
    cert,
    key,
    authority: authority.cert,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

import { join } from "node:path";

/** A certificate of this machine, signed by itself, and its key: two PEM files. */
export interface Certificate extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
}

/** Makes one, by openssl. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await Deno.makeTempDir();
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(
        " ",
      ),
      ..."-days 2 -subj /CN=localhost -addext".split(" "),
      "subjectAltName=IP:127.0.0.1,DNS:localhost",
      ..."-addext basicConstraints=critical,CA:FALSE".split(" "),
      "-keyout",
      key,
      "-out",
      cert,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return {
    cert,
    key,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

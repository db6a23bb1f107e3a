import type { Known } from "./failures.ts";

const FAILURES: readonly Omit<Known, "permanent">[] = [
  {
    sign: /certificate expired|certificate not valid yet/i,
    text: () => "the broker's certificate has expired, or isn't valid yet",
    hint: "renew it, or set the clock of this machine",
  },
  {
    sign: /unable to verify|self[- ]signed|UnknownIssuer/i,
    text: () =>
      "no authority that we trust has signed the broker's certificate",
    hint: "set tls.ca of the bus to the certificate of its authority",
  },
  {
    sign: /altnames|not valid for name/i,
    hint: "the URL must name the host as the certificate does",
  },
  {
    // The broker's words, from here on.
    sign: /alert: (CertificateRequired|HandshakeFailure)/,
    text: (text) => `the broker asks for a client certificate (${text})`,
    hint: "set tls.cert and tls.key of the bus",
  },
  {
    sign: /alert: \w*(Certificate|UnknownCA)/,
    text: (text) => `the broker refuses our certificate (${text})`,
    hint: "look at tls.cert: is it of an authority that the broker trusts, " +
      "and does it hold?",
  },
  {
    sign: /alert: (ProtocolVersion|InsufficientSecurity)|unsupported protocol/,
    hint: "the broker must offer TLS 1.2 or 1.3",
  },
  {
    sign: /wrong version number|InvalidContentType/,
    text: () => "what answers doesn't speak TLS",
    hint: "amqps:// wants a TLS port (5671); for any other, write amqp://",
  },
  {
    sign: /certificate/i,
    hint: "amqps:// wants a certificate that holds",
  },
];

/** How TLS fails, as Deno says it. None of it comes right by itself. */
export const TLS_FAILURES: readonly Known[] = FAILURES
  .map((known) => ({ ...known, permanent: true }));

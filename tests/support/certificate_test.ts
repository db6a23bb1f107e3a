import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Certificate } from "./certificate.ts";

Deno.test("a certificate is signed by its authority, and has its host and its expiry", () => {
  const authority = Certificate.authority("an authority");
  // beyond the form of two digits
  const until = new Date("2051-02-03T04:05:06Z");
  const host = new X509Certificate(
    authority.sign({ name: "broker.example", until }).cert,
  );
  const own = new X509Certificate(authority.cert);
  assert(own.ca && !host.ca);
  assert.equal(host.subject, "CN=broker.example");
  assert.equal(host.issuer, "CN=an authority");
  assert.equal(new Date(host.validTo).getTime(), until.getTime());
  assert.equal(host.subjectAltName, "DNS:broker.example");
  assert(host.verify(own.publicKey));
  assert(!host.verify(host.publicKey));
  const address = new X509Certificate(
    authority.sign({ name: "127.0.0.1" }).cert,
  );
  assert.match(address.subjectAltName!, /^IP Address:127\.0\.0\.1$/);
});

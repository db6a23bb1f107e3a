import assert from "node:assert/strict";
import { permissionsFor } from "./permissions.ts";
import { rabbitMqSettings } from "./settings.ts";

Deno.test("a RabbitMQ bus asks for its brokers, by host and port, and without their passwords", () => {
  const asked = permissionsFor(rabbitMqSettings({
    url: ["amqp://me:secret@one", "amqps://two/vhost", "amqp://[::1]:5673"],
  }));
  assert.deepEqual(asked, {
    net: ["one:5672", "two:5671", "[::1]:5673"],
    read: [],
  });
});

Deno.test("a RabbitMQ bus asks to read the files that its settings name", () => {
  const { read } = permissionsFor(rabbitMqSettings({
    "password-file": "password",
    tls: { ca: "ca.pem" },
  }));
  assert.deepEqual(read, ["password", "ca.pem"]);
});

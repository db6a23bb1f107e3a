import type { Case, Figures } from "../harness.ts";
import { measurePeer, type PeerProgram } from "../peers/installed_peer.ts";
import { requestP50 } from "./latency.ts";
import { brokerUrl, fresh } from "./raw_client.ts";

const REQUESTS = 1_000;

const MOLECULER: PeerProgram = {
  file: "moleculer_program.ts",
  packages: { moleculer: "0.15.2", amqplib: "0.10.9" },
};
const NESTJS: PeerProgram = {
  file: "nestjs_program.ts",
  packages: {
    "@nestjs/microservices": "12.1.1",
    "@nestjs/common": "12.5.1",
    "@nestjs/core": "12.5.1",
    "amqp-connection-manager": "5.0.0",
    amqplib: "0.10.9",
    "reflect-metadata": "0.2.2",
    rxjs: "7.8.2",
  },
};

/** Requests over RabbitMQ by other frameworks, installed when measured. */
export const peerRequests: readonly Case[] = [
  {
    ...against(MOLECULER),
    name: "peer-moleculer",
    remark: remark("Moleculer"),
  },
  { ...against(NESTJS), name: "peer-nestjs", remark: remark("NestJS") },
];

function remark(name: string): string {
  return `request and answer in sequence, p50; peer: ${name}, whose messages ` +
    "are JSON and whose publishes are not confirmed";
}

function against(peer: PeerProgram): Pick<Case, "unit" | "run" | "ratio"> {
  return {
    unit: "µs",
    ratio: ["ours", "peer"],
    async run(): Promise<Figures> {
      const ours = await requestP50();
      const name = fresh();
      return {
        ours,
        peer: await measurePeer(peer, {
          url: brokerUrl(),
          count: REQUESTS,
          namespace: name,
          queue: name,
        }),
      };
    },
  };
}

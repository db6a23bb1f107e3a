import { overflow } from "./a11_overflow.ts";
import { independence } from "./a13_independence.ts";
import { leaving } from "./a14_leaving.ts";
import { redeliveries } from "./a15_retry.ts";
import { closing } from "./a17_closing.ts";
import { copies } from "./a18_copies.ts";
import { delivery } from "./a1_delivery.ts";
import { scale } from "./a21_scale.ts";
import { groups } from "./a4_groups.ts";
import { takeover } from "./a4_takeover.ts";
import { topics } from "./a5_topics.ts";
import { accept } from "./a6_accept.ts";
import { patterns } from "./a6_patterns.ts";
import { where } from "./a6_where.ts";
import { requestTopics } from "./b10_request_topics.ts";
import { consumption } from "./b16_consume.ts";
import { requests } from "./b1_requests.ts";
import { failures } from "./b3_failures.ts";
import { handlers } from "./b4_handlers.ts";
import { deadlines } from "./b5_deadlines.ts";
import { retries } from "./b6_retry.ts";
import type { Property } from "./property.ts";

/** A section of docs/contract.md. */
export interface Section {
  /** Heading of the section. */
  readonly title: string;
  /** Files that check the section. */
  readonly files: readonly {
    /** Name of the file, which starts with its first id. */
    readonly file: string;
    /** Ids that the file checks. */
    readonly ids: readonly string[];
    readonly properties: readonly Property[];
  }[];
}

/**
 * Index of the suite: the sections of docs/contract.md that hold for every bus,
 * with their files and ids.
 */
export const SECTIONS: readonly Section[] = [
  {
    title: "A. Delivery",
    files: [
      { file: "a1_delivery.ts", ids: ["A1", "A2", "A3"], properties: delivery },
      { file: "a4_groups.ts", ids: ["A4", "A16"], properties: groups },
      { file: "a4_takeover.ts", ids: ["A4", "A15"], properties: takeover },
      { file: "a5_topics.ts", ids: ["A5", "A6", "A7"], properties: topics },
      {
        file: "a13_independence.ts",
        ids: ["A13", "A23"],
        properties: independence,
      },
      { file: "a18_copies.ts", ids: ["A18", "A19"], properties: copies },
      { file: "a21_scale.ts", ids: ["A21", "A24"], properties: scale },
    ],
  },
  {
    title: "A. Topics and routes",
    files: [
      { file: "a6_patterns.ts", ids: ["A6"], properties: patterns },
      { file: "a6_where.ts", ids: ["A6"], properties: where },
      { file: "a6_accept.ts", ids: ["A6"], properties: accept },
    ],
  },
  {
    title: "A. Full queues",
    files: [
      { file: "a11_overflow.ts", ids: ["A11", "A12"], properties: overflow },
    ],
  },
  {
    title: "A. Loops and the end",
    files: [
      { file: "a14_leaving.ts", ids: ["A14"], properties: leaving },
      { file: "a15_retry.ts", ids: ["A15"], properties: redeliveries },
      { file: "a17_closing.ts", ids: ["A17", "A22"], properties: closing },
    ],
  },
  {
    title: "B. Requests",
    files: [
      {
        file: "b1_requests.ts",
        ids: ["B1", "B2", "B14"],
        properties: requests,
      },
      { file: "b3_failures.ts", ids: ["B3", "B6"], properties: failures },
      {
        file: "b4_handlers.ts",
        ids: ["B4", "B9", "B12", "B15"],
        properties: handlers,
      },
      {
        file: "b5_deadlines.ts",
        ids: ["B5", "B7", "B8"],
        properties: deadlines,
      },
      { file: "b6_retry.ts", ids: ["B6"], properties: retries },
      {
        file: "b10_request_topics.ts",
        ids: ["B10", "B11"],
        properties: requestTopics,
      },
      { file: "b16_consume.ts", ids: ["B16"], properties: consumption },
    ],
  },
];

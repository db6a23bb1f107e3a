import { PROBLEM_TYPE } from "../problem.ts";
import type { JsonSchema } from "../routes/json_schema.ts";
import type { OperationResponse } from "../routes/operation.ts";

/** Problem details (RFC 9457), with the `errors` of an invalid request. */
export const PROBLEM: JsonSchema = {
  type: "object",
  required: ["type", "title", "status"],
  properties: {
    type: { type: "string", format: "uri-reference" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["in", "message"],
        properties: {
          in: { enum: ["path", "query", "header", "body"] },
          parameter: { type: "string" },
          pointer: {
            type: "string",
            description: "where in the body: a JSON Pointer",
          },
          message: { type: "string" },
        },
      },
    },
  },
};

const content = {
  [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } },
};

/** Answers that all routes share. */
export const PROBLEM_RESPONSES: Readonly<Record<string, OperationResponse>> = {
  Problem: { description: "a problem", content },
  Invalid: {
    description: "the request is invalid: `errors` lists the reasons",
    content,
  },
};

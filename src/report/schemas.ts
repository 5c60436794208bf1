import { z } from "zod";
import { evalReply, exhaustReply, helloReply, request, snippetReply } from "../record/protocol.js";
import { line, RECORD_SCHEMA } from "../record/record.js";
import { report, REPORT_SCHEMA } from "../record/report.js";

const published = {
  "report.schema.json": [`gradproof report.json, schema ${REPORT_SCHEMA}`, report],
  "record-line.schema.json": [`One line of a gradproof record, schema ${RECORD_SCHEMA}`, line],
  "protocol-request.schema.json": ["gradproof protocol: what the driver sends", request],
  "protocol-hello-reply.schema.json": ["gradproof protocol: the answer to hello", helloReply],
  "protocol-eval-reply.schema.json": ["gradproof protocol: the answer to eval", evalReply],
  "protocol-snippet-reply.schema.json": ["gradproof protocol: the answer to snippet", snippetReply],
  "protocol-exhaust-reply.schema.json": ["gradproof protocol: the answer to exhaust", exhaustReply],
} as const;

/**
 * JSON Schemas (draft 2020-12) of everything that gradproof writes or reads, by file name. Fields that they do not
 * name are allowed: readers ignore them, so that a later version may add some.
 */
export const schemas = (): Record<string, object> =>
  Object.fromEntries(
    Object.entries(published).map(([file, [title, schema]]) => [
      file,
      { title, ...z.toJSONSchema(schema, { io: "input" }) },
    ]),
  );

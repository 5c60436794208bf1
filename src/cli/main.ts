#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { GradproofError } from "../core/errors.js";
import { gradproofVersion } from "../core/gradproofVersion.js";
import { addConventions } from "./commands/conventions.js";
import { addDoctor } from "./commands/doctor.js";
import { addExhaust } from "./commands/exhaust.js";
import { addFindings } from "./commands/findings.js";
import { addList } from "./commands/list.js";
import { addReplay } from "./commands/replay.js";
import { addReport } from "./commands/report.js";
import { addVerify } from "./commands/verify.js";

const EXIT_CODES = `
Exit codes: 0 nothing wrong; 1 something is wrong with a subject; 2 bad usage, or a subject that cannot start;
3 incomplete, or the harness broke the protocol; 4 more than 20 % of the planned cells stayed undecided.`;

const program = new Command("gradproof")
  .description("Verifies automatic differentiation and neural-network numerics.")
  .version(gradproofVersion())
  .showHelpAfterError("Run with --help for what is allowed.")
  .addHelpText("after", EXIT_CODES)
  .exitOverride();

for (const add of [
  addVerify,
  addExhaust,
  addReplay,
  addList,
  addReport,
  addFindings,
  addConventions,
  addDoctor,
])
  add(program);
for (const command of program.commands) command.exitOverride();

// A reader that has seen enough (`| head`) closes the pipe: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has printed what is wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof GradproofError) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}

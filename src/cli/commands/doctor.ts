import { availableParallelism, totalmem } from "node:os";
import type { Command } from "commander";
import pc from "picocolors";
import { GradproofError } from "../../core/errors.js";
import { gradproofVersion } from "../../core/gradproofVersion.js";
import { KNOWN_SUBJECTS } from "../../subjects/known.js";

export function addDoctor(program: Command): void {
  program.command("doctor").description("what this machine has, and which subjects start").action(doctor);
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function doctor(): Promise<void> {
  say(`gradproof ${gradproofVersion()}`);
  say(`Node ${process.versions.node} on ${process.platform} ${process.arch}`);
  say(`${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`);
  for (const known of KNOWN_SUBJECTS) {
    try {
      const startedMs = performance.now();
      const subject = await known.start();
      const { implementation, environment, capabilities } = subject.hello;
      await subject.close();
      say(
        `${pc.green("ok     ")} ${known.id}: ${implementation.name} ${implementation.version}, ` +
          `${environment.target?.backend ?? environment.languageVersion}, ${Object.keys(capabilities.ops).length} ops, ` +
          `started in ${Math.round(performance.now() - startedMs)} ms`,
      );
    } catch (error) {
      if (!(error instanceof GradproofError)) throw error;
      say(`${pc.yellow("missing")} ${known.id}: ${error.message}`);
    }
  }
}

import { parentPort, workerData } from "node:worker_threads";
import { Session, type Job, type SessionData } from "./session.js";

const session = new Session(workerData as SessionData);

parentPort!.on("message", async (job: Job | "dry run") => {
  const answer = job === "dry run" ? await session.dryRun() : await session.show(job);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort!.postMessage(answer);
});

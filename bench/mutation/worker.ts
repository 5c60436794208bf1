import { parentPort, workerData } from "node:worker_threads";
import { Session, type Job, type SessionData } from "./session.js";

const session = new Session(workerData as SessionData);

parentPort!.on("message", async (job: Job | "dry run") => {
  parentPort!.postMessage(job === "dry run" ? await session.dryRun() : await session.show(job));
});

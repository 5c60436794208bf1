import { describe, expect, it } from "vitest";
import { PROGRAMS } from "./property.js";
import { Schedule } from "./schedule.js";

interface Named {
  readonly name: string;
  readonly op: string | undefined;
}

const task = (name: string, op?: string): Named => ({ name, op });

/** What may begin now, of what is named in order. */
async function begun(schedule: Schedule<Named>, count: number): Promise<Named[]> {
  const taken: Named[] = [];
  for (let k = 0; k < count; k++) taken.push((await schedule.next())!);
  return taken;
}

const namesOf = (tasks: readonly Named[]): string[] => tasks.map(({ name }) => name);

describe("a schedule", () => {
  it("goes by the order, with a single worker", async () => {
    const all = [task("a1", "a"), task("b1", "b"), task("p1", PROGRAMS), task("a2", "a"), task("t")];
    const schedule = new Schedule(all);
    const order: string[] = [];
    for (let next = await schedule.next(); next; next = await schedule.next()) {
      order.push(next.name);
      schedule.done(next);
    }
    expect(order).toEqual(namesOf(all));
  });

  it("lets nobody wait for a slow op but that op itself", async () => {
    const schedule = new Schedule([task("a1", "a"), task("a2", "a"), task("b1", "b"), task("b2", "b")]);
    const [slow, other] = await begun(schedule, 2);
    expect(namesOf([slow, other])).toEqual(["a1", "b1"]);
    schedule.done(other);
    const [next] = await begun(schedule, 1);
    expect(next.name).toBe("b2");
    let a2: Named | undefined;
    const waiting = schedule.next().then((found) => (a2 = found));
    await Promise.resolve();
    expect(a2).toBeUndefined();
    schedule.done(slow);
    expect((await waiting)?.name).toBe("a2");
  });

  it("puts programs between what is before and what is after, and nothing between those of no op", async () => {
    const schedule = new Schedule([
      task("a1", "a"),
      task("p1", PROGRAMS),
      task("b1", "b"),
      task("t1"),
      task("t2"),
    ]);
    const [a1, t1] = await begun(schedule, 2);
    expect(namesOf([a1, t1])).toEqual(["a1", "t1"]);
    schedule.done(a1);
    const [p1, t2] = await begun(schedule, 2);
    expect(namesOf([p1, t2])).toEqual(["p1", "t2"]);
    schedule.done(p1);
    expect(namesOf(await begun(schedule, 1))).toEqual(["b1"]);
  });

  it("sends everybody home when nothing is left, whatever is still under way", async () => {
    const schedule = new Schedule([task("a1", "a")]);
    await begun(schedule, 1);
    expect(await schedule.next()).toBeUndefined();
  });
});

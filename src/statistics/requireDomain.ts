import { GradproofError } from "../core/errors.js";

/** @throws GradproofError `outside-domain`, with the name, the value and what is allowed */
export function refuse(name: string, value: unknown, allowed: string): never {
  throw new GradproofError("outside-domain", `${name} is ${String(value)}; allowed are ${allowed}`);
}

/** Positive and finite. @throws GradproofError `outside-domain` */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) refuse(name, value, "positive finite numbers");
}

/** A sum of squares, for example. @throws GradproofError `outside-domain` */
export function requireNonNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) refuse(name, value, "finite numbers from 0 on");
}

/** @throws GradproofError `outside-domain` */
export function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) refuse(name, value, "finite numbers");
}

/** Strictly between 0 and 1, and no subnormal, whose digits are lost. @throws GradproofError `outside-domain` */
export function requireProbability(name: string, value: number): void {
  if (!(value >= 2 ** -1022 && value < 1)) refuse(name, value, "probabilities from 2^-1022 to below 1");
}

/** How many samples or successes. @throws GradproofError `outside-domain` */
export function requireCount(name: string, value: number, from = 1, to = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < from || value > to) {
    refuse(name, value, `whole numbers from ${from}${to < Number.MAX_SAFE_INTEGER ? ` to ${to}` : " on"}`);
  }
}

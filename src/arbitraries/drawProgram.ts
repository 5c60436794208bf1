import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { isDifferentiable, opId, real, type AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { applyOp, rankOf, type Refuses, type Surroundings } from "./applyOp.js";
import { conditionOf } from "./conditioning.js";
import { finish } from "./drawCase.js";
import { pickWeighted } from "./pickWeighted.js";
import { ProgramDraft } from "./programDraft.js";
import { drawSize, MOST_NODES } from "./programSize.js";
import { hintOf, isBinary, isContraction, isSquashing, mayReduce } from "./programHints.js";
import { featuresOf, programTags } from "./programTags.js";
import { tryCheck } from "./validCase.js";
import { drawDirection, drawTensor } from "./values.js";

export interface ProgramSpec {
  readonly dtype: FloatType;
  /** Ops that may be used: those that the subject has. */
  readonly has: (op: string) => boolean;
  /** What it refuses of them. Default: nothing. */
  readonly refuses?: Refuses;
  /** How many nodes; default 2 to 40, most of them few. */
  readonly nodes?: { readonly low: number; readonly high: number };
}

/** Ops that programs are made of: all that differentiate something. */
const usable = (has: ProgramSpec["has"]): AnyOp[] =>
  OPS.filter((op) => has(opId(op)) && op.inputs(Math.max(1, op.arity.low), {}).some(isDifferentiable));

/** Whether a subject has any op that programs are made of. */
export const canDrawPrograms = (has: ProgramSpec["has"]): boolean => usable(has).length > 0;

/** Values beyond this are not built upon: products of them would lose what the inputs meant. */
const LARGEST = 100;
const SMALLEST = 1e-3;
/**
 * The largest condition of a value or a gradient. A float32 roundoff multiplied by it is 6e-5; with the factors of the
 * attainable error that stays below the hundredth of the terms at which a case decides nothing.
 */
const WORST_CONDITION = 1000;
/** Share of the programs that are as they come: degenerate normalisations, close comparisons, cancellations. */
const UNGUARDED = 0.03;
/**
 * Share of the programs that are made of ops in their plainest use. A fault of one op hides everything else in each
 * program that has it, and most faults lie in corners: of the other programs, few say anything of the whole.
 */
const PLAIN = 0.5;
/** Ops that are tried for one step before the program is taken as it is. */
const TRIES = 25;

/** Steps for which no op was found, before the program is taken as it is. */
const MOST_IN_VAIN = 6;

/** A random program of nodes that share values, well-conditioned by construction, at a random point. */
export function drawProgram(stream: Stream, spec: ProgramSpec): Case {
  return new ProgramDrawing(stream, spec).draw();
}

class ProgramDrawing {
  private readonly ops: readonly AnyOp[];
  private readonly wanted: number;
  /** Nodes at most; preparing an argument and joining loose ends take nodes beyond the wanted ones. */
  private readonly most: number;
  private readonly lengths: readonly number[];
  private readonly guarded: boolean;
  private readonly plain: boolean;
  /** Kinds of ops that the program must have, before it is full. */
  private readonly needs: {
    readonly is: (op: AnyOp) => boolean;
    readonly met: (draft: ProgramDraft) => boolean;
  }[];
  /** Steps that were drawn again because they would have been ill-conditioned. */
  private reaims = 0;
  private draft: ProgramDraft;

  constructor(
    private readonly stream: Stream,
    private readonly spec: ProgramSpec,
  ) {
    this.ops = usable(spec.has);
    const { nodes } = spec;
    this.wanted = nodes ? stream.int(nodes.low, nodes.high) : drawSize(stream);
    this.most = nodes?.high ?? MOST_NODES;
    this.lengths = stream.pick([
      [1, 2, 3],
      [2, 3],
      [2, 3, 4],
      [1, 2, 5],
      [1, 3, 2],
    ]);
    this.guarded = !stream.chance(UNGUARDED);
    this.plain = stream.chance(PLAIN);
    this.needs = stream.chance(0.9)
      ? [
          { is: isContraction, met: (draft) => featuresOf(draft.program).contraction },
          { is: mayReduce, met: (draft) => featuresOf(draft.program).reduction },
        ]
      : [];
    this.draft = this.begun();
  }

  private begun(): ProgramDraft {
    const { stream, spec, lengths } = this;
    const shape = Array.from({ length: stream.pick([1, 2, 2, 2, 3, 4]) }, () => stream.pick(lengths));
    return ProgramDraft.of(drawTensor(stream, shape, real, spec.dtype, "normal"));
  }

  draw(): Case {
    const { stream, spec } = this;
    // Programs end with few loose ends: joining them takes nodes, too.
    const loose = stream.chance(0.25) ? 2 : 1;
    let inVain = 0;
    while (
      this.draft.nodes + Math.max(0, this.sinks().length - loose) < this.wanted &&
      inVain < MOST_IN_VAIN
    ) {
      if (this.step()) continue;
      inVain++;
      // Where nothing can be built upon a value, it is the value that is drawn again.
      if (this.draft.nodes < 2) this.draft = this.begun();
    }
    this.join(loose);
    const { program, inputs, condition } = this.outcome(loose);
    const tags = programTags(program, {
      reaims: this.reaims,
      condition,
      guarded: this.guarded,
      plain: this.plain,
    });
    return finish(stream, program, inputs, spec.dtype, ["region:normal", ...tags]);
  }

  /** Values that nodes made and nothing reads yet. */
  private sinks(draft = this.draft): number[] {
    const { uses } = draft;
    return draft.made.filter((v) => uses[v] === 0);
  }

  /** Adds a node, or two when one has to tame the other's argument; false when nothing would fit. */
  private step(): boolean {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const op = this.pickOp();
      const anchor = this.pickAnchor(op, attempt);
      const grown = this.applied(this.draft, op, anchor);
      if (grown) {
        this.draft = grown;
        return true;
      }
    }
    return false;
  }

  /** The draft with the op applied, through a squashing function or a reshape where that makes it possible. */
  private applied(draft: ProgramDraft, op: AnyOp, anchor: number | undefined): ProgramDraft | undefined {
    const plain = this.attempted(draft, op, anchor);
    if (plain || anchor === undefined || draft.nodes + 2 > this.most) return plain;
    const prepared = op.elementwise ? this.squashed(draft, anchor) : this.reshaped(draft, op, anchor);
    return prepared && this.attempted(prepared, op, prepared.lastMade[0]);
  }

  private attempted(draft: ProgramDraft, op: AnyOp, anchor: number | undefined): ProgramDraft | undefined {
    const { limit = Infinity } = hintOf(op);
    const tame = anchor === undefined || largestIn(draft.value(anchor)) <= limit;
    const candidate = tame ? applyOp(draft, op, anchor, this.around(draft)) : undefined;
    if (tame && !candidate) return undefined;
    if (candidate && this.isGood(candidate)) return candidate;
    this.reaims++;
    return undefined;
  }

  private around(draft: ProgramDraft): Surroundings {
    const { stream, lengths, spec, plain } = this;
    const { dtype, refuses = () => false } = spec;
    return { stream, dtype, lengths, preferred: this.sinks(draft), plain, refuses };
  }

  private squashed(draft: ProgramDraft, anchor: number): ProgramDraft | undefined {
    const squashing = this.ops.filter(isSquashing);
    if (squashing.length === 0) return undefined;
    const candidate = applyOp(draft, this.stream.pick(squashing), anchor, this.around(draft));
    return candidate && this.isGood(candidate) ? candidate : undefined;
  }

  /** The anchor with as many axes as the op wants: images are reached so. */
  private reshaped(draft: ProgramDraft, op: AnyOp, anchor: number): ProgramDraft | undefined {
    const reshape = this.ops.find(({ name }) => name === "reshape");
    const { shape } = draft.value(anchor);
    const rank = rankOf(op, this.stream);
    if (!reshape || rank <= shape.length) return undefined;
    const wide = [...shape];
    while (wide.length < rank) wide.splice(this.stream.pick([0, wide.length]), 0, 1);
    return draft.extended(reshape, { shape: wide }, [anchor]);
  }

  private pickOp(): AnyOp {
    const { stream, draft } = this;
    const missing = this.needs.filter(({ met }) => !met(draft));
    const left = this.wanted - draft.nodes;
    if (missing.length > 0 && (left <= 3 * missing.length || stream.chance(0.3))) {
      const wanted = this.ops.filter(stream.pick(missing).is);
      if (wanted.length > 0) return stream.pick(wanted);
    }
    return pickWeighted(stream, this.ops);
  }

  private pickAnchor(op: AnyOp, attempt: number): number | undefined {
    const { stream, draft } = this;
    // A branch of its own, where values of the program were tried in vain or where there is nothing to build upon.
    if (isContraction(op) ? attempt > 6 && stream.chance(0.3) : draft.nodes > 0 && stream.chance(0.01)) {
      return undefined;
    }
    const { uses, made } = draft;
    const read = made.filter((v) => uses[v] > 0);
    // Halfway without a shared node: a value that is read already is read again.
    const unshared = 2 * draft.nodes >= this.wanted && made.every((v) => uses[v] < 2);
    if (this.needs.length > 0 && unshared && read.length > 0 && stream.chance(0.6)) return stream.pick(read);
    const sinks = this.sinks();
    const floats = draft.program.inputs.flatMap(({ type }, k) => (type === "float" ? [k] : []));
    const choices = stream.chance(0.62) && sinks.length > 0 ? sinks : [...made, ...made, ...floats];
    if (!isContraction(op)) return stream.pick(choices);
    // A product of matrices wants a matrix: the larger of two.
    const [a, b] = [stream.pick(choices), stream.pick(choices)];
    return draft.value(a).data.length >= draft.value(b).data.length ? a : b;
  }

  /** Whether the last node leaves the program well-conditioned, or whatever it is where that is wanted. */
  private isGood(draft: ProgramDraft): boolean {
    const made = draft.lastMade;
    const sizes = made.map((v) => largestIn(draft.value(v)));
    if (!sizes.every((size) => size <= LARGEST)) return false;
    if (!this.guarded) return true;
    const { condition, closeCalls, atJump } = draft.last;
    if (atJump || closeCalls > 0 || !(condition <= WORST_CONDITION)) return false;
    if (!sizes.every((size) => size >= SMALLEST)) return false;
    const cotangents = made.map((v) => drawDirection(this.stream, draft.value(v).shape, this.spec.dtype));
    const passed = draft.lastCotangents(cotangents);
    // Nothing passes through a normalisation of equal numbers, but roundings do.
    if (passed.closeCalls > 0 || !passed.exact.some((gx) => largestIn(gx) > SMALLEST)) return false;
    return this.conditionFor(draft, made, cotangents) <= WORST_CONDITION;
  }

  private conditionFor(
    draft: ProgramDraft,
    outputs: readonly number[],
    cotangents: readonly Tensor[],
  ): number {
    const gradients = draft.gradients(outputs, cotangents);
    return gradients.exact.every((gx) => largestIn(gx) <= LARGEST ** 2) ? conditionOf(gradients) : Infinity;
  }

  /** Joins loose ends by an op of two arguments each, until so many are left, or those that are left do not fit. */
  private join(loose: number): void {
    const binary = this.ops.filter(isBinary);
    for (let attempt = 0; attempt < TRIES && binary.length > 0; attempt++) {
      const sinks = this.sinks();
      if (sinks.length <= loose || this.draft.nodes >= this.most) return;
      const { stream } = this;
      const anchor = stream.pick(sinks);
      const op = pickWeighted(stream, binary);
      const joined = this.attempted(this.draft, op, anchor);
      if (joined && this.sinks(joined).length < sinks.length) this.draft = joined;
    }
  }

  /** Which values the program returns, such that the gradients of all inputs are well-conditioned. */
  private outcome(loose: number) {
    const { stream, draft, spec } = this;
    let best: { outputs: number[]; condition: number } | undefined;
    for (let attempt = 0; attempt < 6; attempt++) {
      const outputs = this.pickOutputs(loose);
      const cotangents = outputs.map((v) => drawDirection(stream, draft.value(v).shape, spec.dtype));
      const condition = this.conditionFor(draft, outputs, cotangents);
      if (!best || condition < best.condition) best = { outputs, condition };
      if (!this.guarded || condition <= WORST_CONDITION) break;
      this.reaims++;
    }
    const { outputs, condition } = best!;
    return { program: tryCheck({ ...draft.program, outputs })!, inputs: draft.inputs, condition };
  }

  private pickOutputs(loose: number): number[] {
    const { stream, draft } = this;
    const sinks = this.sinks();
    const last = draft.program.shapes.length - 1;
    const others = sinks.filter((v) => v !== last);
    // What is left out is a dead branch.
    const outputs = [last, ...(stream.chance(0.4) ? others.slice(0, 3) : others.slice(0, loose - 1))];
    // A value that other nodes read too, an input, or the same value again.
    if (stream.chance(0.15)) outputs.push(stream.pick(draft.made));
    if (stream.chance(0.03)) outputs.push(stream.int(0, draft.program.inputs.length - 1));
    return stream.chance(0.5) ? outputs : outputs.reverse();
  }
}

const largestIn = ({ data }: { readonly data: ArrayLike<number> }): number => {
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]) <= largest)) largest = Math.abs(data[i]);
  return largest;
};

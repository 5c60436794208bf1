/** What gradproof offers to programs; the command line offers the rest. */

export { GradproofError, InvalidProgramError } from "./core/errors.js";
export { ulpDistance, ulp, type FloatType } from "./core/float.js";
export { tensor, type Tensor } from "./core/tensor.js";
export { OPS, findOp } from "./ops/index.js";
export { ProgramBuilder } from "./program/builder.js";
export { check as checkProgram, singleOp, type CheckedProgram, type Program } from "./program/program.js";
export { elementwise, type ElementwiseRecord } from "./ops/elementwise.js";
export { domain, real, register, type Op } from "./ops/op.js";
export { check, type OpCheck } from "./gradcheck/checkOp.js";
export { assertGradient, gradcheck } from "./gradcheck/gradcheck.js";
export type { GradcheckOptions } from "./gradcheck/options.js";
export { Gradcheck, GradcheckError, type GradcheckEntry } from "./gradcheck/result.js";
export { differences } from "./oracles/finiteDifferences.js";
export { caseArbitrary } from "./arbitraries/caseArbitrary.js";
export { drawCase } from "./arbitraries/drawCase.js";
export { drawProgram } from "./arbitraries/drawProgram.js";
export { shrink } from "./arbitraries/shrink.js";
export {
  UnsupportedError,
  type Adapter,
  type AdapterRequest,
  type AdapterResult,
} from "./subjects/adapter.js";
export { inProcessSubject } from "./subjects/inProcess.js";
export { startSubject } from "./subjects/known.js";
export { referenceAdapter } from "./subjects/reference.js";
export type { Subject } from "./subjects/subject.js";
export type { Case } from "./record/case.js";
export type { Report } from "./record/report.js";

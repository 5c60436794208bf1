// Written by symbolic.test.ts from the ops' meanings; do not edit.

/** Meanings as formulas, with their symbolic derivatives, of the ops that have them. */
export const FORMULAS: Readonly<Record<string, { readonly formula: string; readonly derivative: string }>> = {
  add: {
    formula: "a + b",
    derivative: "d/da = 1; d/db = 1",
  },
  subtract: {
    formula: "a - b",
    derivative: "d/da = 1; d/db = -1",
  },
  multiply: {
    formula: "a * b",
    derivative: "d/da = b; d/db = a",
  },
  divide: {
    formula: "a / b",
    derivative: "d/da = 1 / b; d/db = -(a / b ^ 2)",
  },
  negative: {
    formula: "-x",
    derivative: "d/dx = -1",
  },
  pow: {
    formula: "a ^ b",
    derivative: "d/da = b * a ^ (b - 1); d/db = a ^ b * log(a)",
  },
  square: {
    formula: "x ^ 2",
    derivative: "d/dx = 2 * x",
  },
  squaredDifference: {
    formula: "(a - b) ^ 2",
    derivative: "d/da = 2 * a - 2 * b; d/db = 2 * b - 2 * a",
  },
  sqrt: {
    formula: "sqrt(x)",
    derivative: "d/dx = 0.5 / sqrt(x)",
  },
  rsqrt: {
    formula: "1 / sqrt(x)",
    derivative: "d/dx = -(0.5 / sqrt(x) ^ 3)",
  },
  reciprocal: {
    formula: "1 / x",
    derivative: "d/dx = -(1 / x ^ 2)",
  },
  exp: {
    formula: "exp(x)",
    derivative: "d/dx = exp(x)",
  },
  expm1: {
    formula: "exp(x) - 1",
    derivative: "d/dx = exp(x)",
  },
  log: {
    formula: "log(x)",
    derivative: "d/dx = 1 / x",
  },
  log1p: {
    formula: "log(x + 1)",
    derivative: "d/dx = 1 / (x + 1)",
  },
  sin: {
    formula: "sin(x)",
    derivative: "d/dx = cos(x)",
  },
  cos: {
    formula: "cos(x)",
    derivative: "d/dx = -sin(x)",
  },
  tan: {
    formula: "tan(x)",
    derivative: "d/dx = sec(x) ^ 2",
  },
  asin: {
    formula: "asin(x)",
    derivative: "d/dx = 1 / sqrt(1 - x ^ 2)",
  },
  acos: {
    formula: "acos(x)",
    derivative: "d/dx = -(1 / sqrt(1 - x ^ 2))",
  },
  atan: {
    formula: "atan(x)",
    derivative: "d/dx = 1 / (x ^ 2 + 1)",
  },
  sinh: {
    formula: "sinh(x)",
    derivative: "d/dx = cosh(x)",
  },
  cosh: {
    formula: "cosh(x)",
    derivative: "d/dx = sinh(x)",
  },
  tanh: {
    formula: "tanh(x)",
    derivative: "d/dx = sech(x) ^ 2",
  },
  asinh: {
    formula: "asinh(x)",
    derivative: "d/dx = 1 / sqrt(x ^ 2 + 1)",
  },
  acosh: {
    formula: "acosh(x)",
    derivative: "d/dx = 1 / sqrt(x ^ 2 - 1)",
  },
  atanh: {
    formula: "atanh(x)",
    derivative: "d/dx = 1 / (1 - x ^ 2)",
  },
  sigmoid: {
    formula: "1 / (exp(-x) + 1)",
    derivative: "d/dx = exp(-x) / (exp(-x) + 1) ^ 2",
  },
  logSigmoid: {
    formula: "-log(exp(-x) + 1)",
    derivative: "d/dx = exp(-x) / (exp(-x) + 1)",
  },
  softplus: {
    formula: "x + log(exp(-x) + 1)",
    derivative: "d/dx = 1 - exp(-x) / (exp(-x) + 1)",
  },
  silu: {
    formula: "x / (exp(-x) + 1)",
    derivative: "d/dx = (exp(-x) * (x + 1) + 1) / (exp(-x) + 1) ^ 2",
  },
  mish: {
    formula: "x * (2 * exp(-x) + 1) / (2 * (exp(-x) ^ 2 + exp(-x)) + 1)",
    derivative:
      "d/dx = (2 * exp(-x) + 1) / (2 * (exp(-x) ^ 2 + exp(-x)) + 1) - 2 * (exp(-x) + (-(2 * exp(-x)) - 1) * (2 * exp(-x) ^ 2 + exp(-x)) / (2 * (exp(-x) ^ 2 + exp(-x)) + 1)) * x / (2 * (exp(-x) ^ 2 + exp(-x)) + 1)",
  },
  gelu: {
    formula: "x / (exp(-(1.5957691216057308 * (0.044715 * x ^ 3 + x))) + 1) (tanh)",
    derivative:
      "d/dx = (exp(-(1.5957691216057308 * (0.044715 * x ^ 3 + x))) * (0.1427096325452005 * x ^ 3 + 1.5957691216057308 * (0.044715 * x ^ 3 + x) + 1) + 1) / (exp(-(1.5957691216057308 * (0.044715 * x ^ 3 + x))) + 1) ^ 2 (tanh)",
  },
};

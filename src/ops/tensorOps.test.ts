import { describe, expect, test } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

type Nested = number | readonly Nested[];

function parseTensor(text: string): Tensor {
  const nested = JSON.parse(text) as Nested;
  const shape: number[] = [];
  for (let level = nested; typeof level !== "number"; level = level[0]) shape.push(level.length);
  return tensor(shape, leaves(nested));
}

const leaves = (nested: Nested): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(leaves));

/** The numbers of an example have a handful of roundings, and its decimals one. */
function expectEqual(got: { shape: readonly number[]; data: ArrayLike<number> } | null, text: string): void {
  if (got === null) return expect("null").toBe(text);
  const wanted = parseTensor(text);
  expect(got.shape).toEqual(wanted.shape);
  wanted.data.forEach((x, i) => expect(Math.abs(got.data[i] - x)).toBeLessThanOrEqual(1e-15 * Math.abs(x)));
}

/** Worked by hand, one a line: attributes | inputs = value | cotangent -> gradients; several are set apart by `;`. */
const EXAMPLES: Readonly<Record<string, string>> = {
  relu6: `
    {} | [-1,0,3,6,7] = [0,0,3,6,6] | [1,2,3,4,5] -> [0,0,3,0,0]`,
  relu: `
    {} | [-1,0,3] = [0,0,3] | [1,2,3] -> [0,0,3]`,
  leakyRelu: `
    {"alpha": 0.5} | [-2,0,3] = [-1,0,3] | [1,2,3] -> [0.5,1,3]`,
  abs: `
    {} | [-2,0,3] = [2,0,3] | [1,2,3] -> [-1,0,3]`,
  clip: `
    {"low": -1, "high": 2} | [-3,-1,0,2,5] = [-1,-1,0,2,2] | [1,2,3,4,5] -> [0,2,3,4,0]`,
  maximum: `
    {} | [1,2,3] ; [3,2,1] = [3,2,3] | [1,2,3] -> [0,1,3] ; [1,1,0]`,
  minimum: `
    {} | [1,2,3] ; [3,2,1] = [1,2,1] | [1,2,3] -> [1,1,0] ; [0,1,3]`,
  sum: `
    {"axes": "all", "keepdims": false} | [[1,2,3],[4,5,6]] = 21       | 2         -> [[2,2,2],[2,2,2]]
    {"axes": "all", "keepdims": true}  | [[1,2,3],[4,5,6]] = [[21]]   | [[2]]     -> [[2,2,2],[2,2,2]]
    {"axes": [0], "keepdims": false}   | [[1,2,3],[4,5,6]] = [5,7,9]  | [1,2,3]   -> [[1,2,3],[1,2,3]]
    {"axes": [-1], "keepdims": true}   | [[1,2,3],[4,5,6]] = [[6],[15]] | [[1],[2]] -> [[1,1,1],[2,2,2]]
    {"axes": [2,-3], "keepdims": false} | [[[1,2],[3,4]],[[5,6],[7,8]]] = [14,22] | [1,2] -> [[[1,1],[2,2]],[[1,1],[2,2]]]
    {"axes": "all", "keepdims": false} | 5 = 5 | 3 -> 3`,
  mean: `
    {"axes": "all", "keepdims": false} | [[1,2,3],[4,5,6]] = 3.5           | 6         -> [[1,1,1],[1,1,1]]
    {"axes": [0], "keepdims": false}   | [[1,2,3],[4,5,6]] = [2.5,3.5,4.5] | [2,4,6]   -> [[1,2,3],[1,2,3]]
    {"axes": [-1], "keepdims": true}   | [[1,2,3],[4,5,6]] = [[2],[5]]     | [[3],[6]] -> [[1,1,1],[2,2,2]]`,
  max: `
    {"axes": [1], "keepdims": false}   | [[1,5,5],[7,2,3]] = [5,7] | [2,3] -> [[0,1,1],[3,0,0]]
    {"axes": [1,0], "keepdims": true}  | [[1,5,5],[7,2,3]] = [[7]] | [[2]] -> [[0,0,0],[2,0,0]]
    {"axes": "all", "keepdims": false} | [-3,-3,-3,-3] = -3        | 4     -> [1,1,1,1]`,
  // log 3, log 4, 1000 + log 2, e^-40; the last is what log(1 + e^-40) would lose.
  logsumexp: `
    {"axes": [0], "keepdims": false}   | [0,1.0986122886681098] = 1.3862943611198906 | 8 -> [2,6]
    {"axes": "all", "keepdims": true}  | [[1000],[1000]] = [[1000.6931471805599]]    | [[2]] -> [[1],[1]]
    {"axes": [-1], "keepdims": false}  | [0,-40] = 4.248354255291589e-18 | 1 -> [1,4.248354255291589e-18]`,
  cumsum: `
    {"axis": 0, "exclusive": false, "reverse": false} | [1,2,3] = [1,3,6] | [1,10,100] -> [111,110,100]
    {"axis": -1, "exclusive": true, "reverse": false} | [1,2,3] = [0,1,3] | [1,10,100] -> [110,100,0]
    {"axis": 0, "exclusive": false, "reverse": true}  | [1,2,3] = [6,5,3] | [1,10,100] -> [1,11,111]
    {"axis": 0, "exclusive": true, "reverse": true}   | [1,2,3] = [5,3,0] | [1,10,100] -> [0,1,11]
    {"axis": 0, "exclusive": false, "reverse": false} | [[1,2],[4,5]] = [[1,2],[5,7]] | [[1,2],[4,5]] -> [[5,7],[4,5]]`,
  // In the last, one matrix serves both of a batch: its cotangents add up.
  matmul: `
    {"transposeA": false, "transposeB": false} | [[1,2]] ; [[3],[4]] = [[11]]   | [[2]] -> [[6,8]] ; [[2],[4]]
    {"transposeA": true, "transposeB": true}   | [[1],[2]] ; [[3,4]] = [[11]]   | [[2]] -> [[6],[8]] ; [[2,4]]
    {"transposeA": false, "transposeB": false} | [[[1,2]],[[5,6]]] ; [[3],[4]] = [[[11]],[[39]]] | [[[1]],[[10]]] -> [[[3,4]],[[30,40]]] ; [[51],[62]]`,
  min: `
    {"axes": [1], "keepdims": false}   | [[1,5,1],[7,2,3]] = [1,2] | [2,3] -> [[1,0,1],[0,3,0]]`,
  // With one zero only its own gradient is left; with two, none.
  prod: `
    {"axes": "all", "keepdims": false} | [[1,2],[3,4]] = 24        | 1     -> [[24,12],[8,6]]
    {"axes": [1], "keepdims": true}    | [[0,2,3],[0,0,5]] = [[0],[0]] | [[2],[3]] -> [[12,0,0],[0,0,0]]
    {"axes": "all", "keepdims": false} | 5 = 5 | 3 -> 3`,
  cumprod: `
    {"axis": 0, "exclusive": false, "reverse": false} | [2,3,5] = [2,6,30] | [1,10,100] -> [1531,1020,600]
    {"axis": -1, "exclusive": true, "reverse": false} | [2,3,5] = [1,2,6]  | [1,10,100] -> [310,200,0]
    {"axis": 0, "exclusive": false, "reverse": true}  | [2,0,5] = [0,0,5]  | [1,10,100] -> [0,60,100]`,
  variance: `
    {"axes": "all", "keepdims": false, "correction": 0} | [1,3] = 1 | 2 -> [-2,2]
    {"axes": [1], "keepdims": true, "correction": 1}    | [[1,3],[4,4]] = [[2],[0]] | [[1],[5]] -> [[-2,2],[0,0]]`,
  standardDeviation: `
    {"axes": "all", "keepdims": false, "correction": 0} | [1,5] = 2 | 3 -> [-1.5,1.5]
    {"axes": [1], "keepdims": false, "correction": 1}   | [[1,2,3],[4,4,4]] = [1,0] | [2,5] -> [[-1,0,1],[0,0,0]]`,
  // 3-4-5; a tie of opposite signs shares; at 0 nothing is handed on.
  norm: `
    {"axes": "all", "keepdims": false, "ord": "2"} | [[3],[-4]] = 5 | 10 -> [[6],[-8]]
    {"axes": [0], "keepdims": true, "ord": "1"}    | [3,-4,0] = [7] | [2] -> [2,-2,0]
    {"axes": [1], "keepdims": false, "ord": "inf"} | [[3,-4],[2,-2]] = [4,2] | [1,6] -> [[0,-1],[3,-3]]
    {"axes": "all", "keepdims": false, "ord": "2"} | [0,0] = 0 | 7 -> [0,0]`,
  dot: `
    {} | [1,2] ; [3,4] = 11 | 2 -> [6,8] ; [2,4]
    {} | [1,2] ; [[3,5],[4,6]] = [11,17] | [1,10] -> [53,64] ; [[1,10],[2,20]]
    {} | [[1,2]] ; [3,4] = [11] | [2] -> [[6,8]] ; [2,4]`,
  outer: `{} | [1,2] ; [3,4,5] = [[3,4,5],[6,8,10]] | [[1,0,0],[0,0,1]] -> [3,5] ; [1,0,2]`,
  einsum: `
    {"equation": "ii->i"}     | [[1,2],[3,4]] = [1,4] | [5,6] -> [[5,0],[0,6]]
    {"equation": "ij->"}      | [[1,2],[3,4]] = 10    | 3 -> [[3,3],[3,3]]
    {"equation": "ij,j->i"}   | [[1,2],[3,4]] ; [5,6] = [17,39] | [1,10] -> [[5,6],[50,60]] ; [31,42]
    {"equation": "ij,k->k"}   | [[1,2]] ; [3,4] = [9,12] | [1,10] -> [[43,43]] ; [3,30]
    {"equation": "i,i,i->"}   | [2,3] ; [5,7] ; [1,2] = 52 | 1 -> [5,14] ; [2,6] ; [10,21]
    {"equation": "ii,ij->j"}  | [[1,2],[3,4]] ; [[5],[6]] = [29] | [1] -> [[5,0],[0,6]] ; [[1],[4]]`,
  stack: `
    {"axis": 0}  | [1,2] ; [3,4] = [[1,2],[3,4]] | [[5,6],[7,8]] -> [5,6] ; [7,8]
    {"axis": -1} | [1,2] ; [3,4] = [[1,3],[2,4]] | [[5,6],[7,8]] -> [5,7] ; [6,8]`,
  expandDims: `{"axis": 1} | [1,2] = [[1],[2]] | [[3],[4]] -> [3,4]`,
  squeeze: `
    {"axes": "all"} | [[[1],[2]]] = [1,2]     | [3,4]     -> [[[3],[4]]]
    {"axes": [-1]}  | [[[1],[2]]] = [[1,2]]   | [[3,4]]   -> [[[3],[4]]]`,
  broadcastTo: `{"shape": [2,2]} | [[1],[2]] = [[1,1],[2,2]] | [[1,2],[3,4]] -> [[3],[7]]`,
  tile: `{"repetitions": [1,2]} | [[1,2]] = [[1,2,1,2]] | [[1,2,3,4]] -> [[4,6]]`,
  mirrorPad: `
    {"mode": "reflect", "paddings": [[2,1]]}   | [1,2,3] = [3,2,1,2,3,2]   | [1,2,4,8,16,32]    -> [4,42,17]
    {"mode": "symmetric", "paddings": [[2,1]]} | [1,2,3] = [2,1,1,2,3,3] | [1,2,4,8,16,32] -> [6,9,48]`,
  flip: `{"axes": [-1]} | [[1,2],[3,4]] = [[2,1],[4,3]] | [[5,6],[7,8]] -> [[6,5],[8,7]]`,
  roll: `
    {"shift": [1], "axes": [0]}   | [1,2,3] = [3,1,2] | [4,5,6] -> [5,6,4]
    {"shift": [-1], "axes": "all"} | [[1,2],[3,4]] = [[2,3],[4,1]] | [[5,6],[7,8]] -> [[8,5],[6,7]]`,
  // The whole of the second axis backwards, for which −1 as the end would stand for the last element.
  stridedSlice: `
    {"begin": [1], "end": [5], "strides": [2], "beginMask": 0, "endMask": 0} | [1,2,3,4,5] = [2,4] | [7,8] -> [0,7,0,8,0]
    {"begin": [0,0], "end": [1,0], "strides": [1,-1], "beginMask": 2, "endMask": 2} | [[1,2,3],[4,5,6]] = [[3,2,1]] | [[7,8,9]] -> [[9,8,7],[0,0,0]]`,
  gatherND: `{} | [[1,2],[3,4]] ; [[1,0],[1,0],[0,1]] = [3,3,2] | [5,6,7] -> [[0,7],[11,0]] ; null`,
  scatterND: `{"shape": [3]} | [[2],[0],[2]] ; [5,6,7] = [6,0,12] | [1,10,100] -> null ; [100,1,100]`,
  oneHot: `{"depth": 3, "onValue": 2, "offValue": -1} | [1,3] = [[-1,2,-1],[-1,-1,-1]] | [[1,1,1],[1,1,1]] -> null`,
  // Equal elements keep their order.
  sort: `
    {"axis": 0, "descending": false} | [3,1,2,1] = [1,1,2,3] | [5,6,7,8] -> [8,5,7,6]
    {"axis": -1, "descending": true} | [[1,3,3]] = [[3,3,1]] | [[5,6,7]] -> [[7,5,6]]`,
  topk: `{"k": 2} | [[1,3,2]] = [[3,2]] | [[5,6]] -> [[0,5,6]]`,
  reshape: `
    {"shape": [6]}   | [[1,2,3],[4,5,6]] = [1,2,3,4,5,6]       | [1,2,3,4,5,6] -> [[1,2,3],[4,5,6]]
    {"shape": [3,2]} | [[1,2,3],[4,5,6]] = [[1,2],[3,4],[5,6]] | [[1,2],[3,4],[5,6]] -> [[1,2,3],[4,5,6]]
    {"shape": []}    | [[7]] = 7 | 2 -> [[2]]`,
  // In the last, from [1, 2, 3] to [2, 3, 1]: the way back is the other cycle.
  transpose: `
    {"permutation": [1,0]}   | [[1,2,3],[4,5,6]] = [[1,4],[2,5],[3,6]] | [[1,2],[3,4],[5,6]] -> [[1,3,5],[2,4,6]]
    {"permutation": [0,-1]}  | [[1,2,3],[4,5,6]] = [[1,2,3],[4,5,6]]   | [[1,2,3],[4,5,6]]   -> [[1,2,3],[4,5,6]]
    {"permutation": [1,2,0]} | [[[1,2,3],[4,5,6]]] = [[[1],[2],[3]],[[4],[5],[6]]] | [[[9],[8],[7]],[[6],[5],[4]]] -> [[[9,8,7],[6,5,4]]]`,
  concat: `
    {"axis": 0}  | [1,2] ; [3] = [1,2,3] | [4,5,6] -> [4,5] ; [6]
    {"axis": -1} | [[1],[2]] ; [[3,4],[5,6]] ; [[7],[8]] = [[1,3,4,7],[2,5,6,8]] | [[1,2,3,4],[5,6,7,8]] -> [[1],[5]] ; [[2,3],[6,7]] ; [[4],[8]]`,
  slice: `
    {"begin": [0,1], "size": [2,2]} | [[1,2,3],[4,5,6]] = [[2,3],[5,6]] | [[7,8],[9,1]] -> [[0,7,8],[0,9,1]]
    {"begin": [1,0], "size": [1,2]} | [[1,2,3],[4,5,6]] = [[4,5]]       | [[7,8]]       -> [[0,0,0],[7,8,0]]`,
  pad: `
    {"paddings": [[1,2]], "value": 0} | [1,2] = [0,1,2,0,0] | [1,2,3,4,5] -> [2,3]
    {"paddings": [[0,1],[1,0]], "value": -1.5} | [[1,2]] = [[-1.5,1,2],[-1.5,-1.5,-1.5]] | [[1,2,3],[4,5,6]] -> [[2,3]]`,
  gather: `
    {"axis": 1}  | [[1,2,3],[4,5,6]] ; [2,0] = [[3,1],[6,4]] | [[1,2],[3,4]] -> [[2,0,1],[4,0,3]] ; null
    {"axis": 0}  | [[1,2],[4,5]] ; [1,1,0] = [[4,5],[4,5],[1,2]] | [[1,2],[10,20],[7,8]] -> [[7,8],[11,22]] ; null
    {"axis": -1} | [[1,2,3],[4,5,6]] ; 2 = [3,6]         | [5,7]         -> [[0,0,5],[0,0,7]] ; null
    {"axis": 0}  | [5,6] ; [[0,1],[1,1]] = [[5,6],[6,6]] | [[1,2],[3,4]] -> [1,9] ; null`,
  // In the last the textbook form leaves nothing but rounding of e^-40.
  softmax: `
    {"axis": 0}  | [0,1.0986122886681098] = [0.25,0.75] | [1,0] -> [0.1875,-0.1875]
    {"axis": -2} | [[0,0],[0,1.0986122886681098]] = [[0.5,0.25],[0.5,0.75]] | [[4,16],[0,0]] -> [[1,3],[-1,-3]]
    {"axis": 0}  | [0,40] = [4.248354255291589e-18,1] | [0,1] -> [-4.248354255291589e-18,4.248354255291589e-18]`,
  logSoftmax: `
    {"axis": -1} | [0,1.0986122886681098] = [-1.3862943611198906,-0.2876820724517809] | [4,8] -> [1,-1]
    {"axis": 0}  | [[0],[0]] = [[-0.6931471805599453],[-0.6931471805599453]] | [[6],[2]] -> [[2],[-2]]
    {"axis": 0}  | [0,40] = [-40,-4.248354255291589e-18] | [0,1] -> [-4.248354255291589e-18,4.248354255291589e-18]`,
  // Mean 2, variance 1, deviation √(1 + 3) = 2; the last row has nothing but its mean.
  layerNorm: `
    {"epsilon": 3, "affine": false} | [1,3] = [-0.5,0.5] | [1,0] -> [0.1875,-0.1875]
    {"epsilon": 3, "affine": true}  | [1,3] ; [2,4] ; [10,20] = [9,22] | [1,0] -> [0.375,-0.375] ; [-0.5,0] ; [1,0]
    {"epsilon": 3, "affine": true}  | [[1,3],[3,1]] ; [1,1] ; [0,0] = [[-0.5,0.5],[0.5,-0.5]] | [[1,0],[0,4]] -> [[0.1875,-0.1875],[-0.75,0.75]] ; [-0.5,-2] ; [1,4]
    {"epsilon": 0.001, "affine": false} | [[7],[8]] = [[0],[0]] | [[1],[2]] -> [[0],[0]]`,
  // The same with mean and variance of the batch; then with given ones, 1 and 1: deviation 2 again.
  batchNorm: `
    {"axis": 1, "epsilon": 3, "training": true, "parameters": "none"} | [[1],[3]] = [[-0.5],[0.5]] | [[1],[0]] -> [[0.1875],[-0.1875]]
    {"axis": 0, "epsilon": 3, "training": true, "parameters": "scale and offset"} | [[1,3]] ; [2] ; [10] = [[9,11]] | [[1,0]] -> [[0.375,-0.375]] ; [-0.5] ; [1]
    {"axis": 0, "epsilon": 3, "training": false, "parameters": "none"} | [3,5] ; [1,1] ; [1,1] = [1,2] | [8,8] -> [4,4] ; [-4,-4] ; [-1,-2]
    {"axis": -1, "epsilon": 3, "training": false, "parameters": "scale"} | [[3],[5]] ; [1] ; [1] ; [2] = [[2],[4]] | [[4],[4]] -> [[4],[4]] ; [-8] ; [-3] ; [12]`,
  groupNorm: `
    {"epsilon": 3, "affine": false, "groups": 2, "channels": "second"} | [[1,3,5,7]] = [[-0.5,0.5,-0.5,0.5]] | [[1,0,0,0]] -> [[0.1875,-0.1875,0,0]]
    {"epsilon": 3, "affine": false, "groups": 2, "channels": "second"} | [[[1,3],[5,7]]] = [[[-0.5,0.5],[-0.5,0.5]]] | [[[1,0],[0,0]]] -> [[[0.1875,-0.1875],[0,0]]]
    {"epsilon": 3, "affine": true, "groups": 2, "channels": "last"} | [[[1,5],[3,7]]] ; [2,1] ; [0,1] = [[[-1,0.5],[1,1.5]]] | [[[1,0],[0,0]]] -> [[[0.375,0],[-0.375,0]]] ; [-0.5,0] ; [1,0]`,
  // Mean of squares 12.5, √(12.5 + 3.5) = 4.
  rmsNorm: `
    {"epsilon": 3.5, "affine": false} | [3,4] = [0.75,1] | [4,0] -> [0.71875,-0.375]
    {"epsilon": 3.5, "affine": true}  | [3,4] ; [2,1] = [1.5,1] | [2,0] -> [0.71875,-0.375] ; [1.5,0]`,
  // Both sums are 3 + 1 + 4 = 8; without neighbours 4 and 7.
  localResponseNormalization: `
    {"depthRadius": 1, "bias": 3, "alpha": 1, "beta": 1} | [1,2] = [0.125,0.25] | [8,0] -> [0.75,-0.5]
    {"depthRadius": 0, "bias": 3, "alpha": 1, "beta": 0.5} | [1] = [0.5] | [8] -> [3]`,
  conv2d: `
    {"strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1],[2],[3]],[[4],[5],[6]],[[7],[8],[9]]]] ; [[[[1]],[[2]]],[[[3]],[[4]]]] = [[[[37],[47]],[[67],[77]]]] | [[[[1],[0]],[[0],[10]]]] -> [[[[1],[2],[0]],[[3],[14],[20]],[[0],[30],[40]]]] ; [[[[51]],[[62]]],[[[84]],[[95]]]]
    {"strides": [1,1], "padding": "same", "dilation": [1,1]} | [[[[1],[2]],[[3],[4]]]] ; [[[[1]],[[2]]],[[[3]],[[4]]]] = [[[[30],[14]],[[11],[4]]]] | [[[[1],[0]],[[0],[10]]]] -> [[[[1],[2]],[[3],[14]]]] ; [[[[41]],[[2]]],[[[3]],[[4]]]]
    {"strides": [2,1], "padding": [[1,0],[0,1]], "dilation": [1,1]} | [[[[1],[2]]]] ; [[[[1]],[[2]]],[[[3]],[[4]]]] = [[[[11],[6]]]] | [[[[1],[10]]]] -> [[[[3],[34]]]] ; [[[[0]],[[0]]],[[[21]],[[2]]]]
    {"strides": [1,1], "padding": "valid", "dilation": [1,2]} | [[[[1],[2],[3],[4]]]] ; [[[[1]],[[10]]]] = [[[[31],[42]]]] | [[[[1],[2]]]] -> [[[[1],[2],[10],[20]]]] ; [[[[5]],[[11]]]]
    {"strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1,2]]],[[[3,4]]]] ; [[[[1,2,3],[4,5,6]]]] = [[[[9,12,15]]],[[[19,26,33]]]] | [[[[1,0,0]]],[[[0,0,1]]]] -> [[[[1,4]]],[[[3,6]]]] ; [[[[1,0,3],[2,0,4]]]]`,
  // Windows at the edge hold 2 or 1 elements of the image.
  avgPool2d: `
    {"window": [2,2], "strides": [1,1], "padding": "same", "dilation": [1,1]} | [[[[1],[2]],[[3],[4]]]] = [[[[2.5],[3]],[[3.5],[4]]]] | [[[[4],[2]],[[2],[1]]]] -> [[[[1],[2]],[[2],[4]]]]
    {"window": [1,2], "strides": [1,2], "padding": "valid", "dilation": [1,1]} | [[[[1],[2],[3],[4],[9]]]] = [[[[1.5],[3.5]]]] | [[[[2],[4]]]] -> [[[[1],[1],[2],[2],[0]]]]
    {"window": [1,2], "strides": [1,1], "padding": [[0,0],[1,0]], "dilation": [1,1]} | [[[[1],[2]]]] = [[[[1],[1.5]]]] | [[[[3],[4]]]] -> [[[[5],[2]]]]
    {"window": [1,2], "strides": [1,1], "padding": "valid", "dilation": [1,2]} | [[[[1],[2],[3]]]] = [[[[2]]]] | [[[[4]]]] -> [[[[2],[0],[2]]]]`,
  maxPool2d: `
    {"window": [2,2], "strides": [1,1], "padding": "same", "dilation": [1,1]} | [[[[-1],[-2]],[[-3],[-4]]]] = [[[[-1],[-2]],[[-3],[-4]]]] | [[[[4],[2]],[[2],[1]]]] -> [[[[4],[2]],[[2],[1]]]]
    {"window": [1,2], "strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1],[3],[3]]]] = [[[[3],[3]]]] | [[[[2],[4]]]] -> [[[[0],[4],[2]]]]`,
  // In the last, a second window reaches beyond the image.
  conv1d: `
    {"strides": [1], "padding": "valid", "dilation": [1]} | [[[1],[2],[3]]] ; [[[10]],[[1]]] = [[[12],[23]]] | [[[1],[2]]] -> [[[10],[21],[2]]] ; [[[5]],[[8]]]
    {"strides": [2], "padding": [[0,0]], "dilation": [1], "rounding": "ceil"} | [[[1],[2],[3],[4]]] ; [[[1]],[[10]],[[100]]] = [[[321],[43]]] | [[[1],[2]]] -> [[[1],[10],[102],[20]]] ; [[[7]],[[10]],[[3]]]`,
  // Strides larger than the window leave elements out.
  conv3d: `
    {"strides": [1,2,3], "padding": "valid", "dilation": [1,1,1]} | [[[[[1],[2],[3],[4]]]]] ; [[[[[2]]]]] = [[[[[2],[8]]]]] | [[[[[1],[10]]]]] -> [[[[[2],[0],[0],[20]]]]] ; [[[[[41]]]]]
    {"strides": [1,1,3], "padding": "same", "dilation": [1,1,1]} | [[[[[5],[7]]]]] ; [[[[[2]]]]] = [[[[[10]]]]] | [[[[[1]]]]] -> [[[[[2],[0]]]]] ; [[[[[5]]]]]`,
  depthwiseConv2d: `
    {"strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1,2]]]] ; [[[[1,2],[3,4]]]] = [[[[1,2,6,8]]]] | [[[[1,0,0,10]]]] -> [[[[1,40]]]] ; [[[[1,0],[0,20]]]]`,
  separableConv2d: `
    {"strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1,2]]]] ; [[[[1],[3]]]] ; [[[[10],[1]]]] = [[[[16]]]] | [[[[2]]]] -> [[[[20,6]]]] ; [[[[20],[4]]]] ; [[[[2],[12]]]]`,
  conv2dTranspose: `
    {"outputSize": [1,5], "strides": [1,2], "padding": "valid", "dilation": [1,1]} | [[[[1],[2]]]] ; [[[[10]],[[1]]]] = [[[[10],[1],[20],[2],[0]]]] | [[[[1],[0],[0],[1],[7]]]] -> [[[[10],[1]]]] ; [[[[1]],[[2]]]]
    {"outputSize": [1,3], "strides": [1,1], "padding": "valid", "dilation": [1,1]} | [[[[1],[2]]]] ; [[[[10]],[[1]]]] = [[[[10],[21],[2]]]] | [[[[1],[0],[5]]]] -> [[[[10],[5]]]] ; [[[[1]],[[10]]]]`,
  avgPool3d: `
    {"window": [1,1,2], "strides": [1,1,1], "padding": "same", "dilation": [1,1,1]} | [[[[[1],[3]]]]] = [[[[[2],[3]]]]] | [[[[[2],[5]]]]] -> [[[[[1],[6]]]]]
    {"window": [1,1,2], "strides": [1,1,2], "padding": [[0,0],[0,0],[0,0]], "dilation": [1,1,1], "rounding": "ceil"} | [[[[[1],[3],[7]]]]] = [[[[[2],[7]]]]] | [[[[[2],[5]]]]] -> [[[[[1],[1],[5]]]]]`,
  maxPool3d: `
    {"window": [2,1,1], "strides": [1,1,1], "padding": "valid", "dilation": [1,1,1]} | [[[[[4]]],[[[4]]]]] = [[[[[4]]]]] | [[[[[6]]]]] -> [[[[[3]]],[[[3]]]]]`,
  resizeBilinear: `
    {"size": [1,4], "coordinates": "asymmetric"}   | [[[[1],[3]]]] = [[[[1],[2],[3],[3]]]]     | [[[[1],[1],[1],[1]]]] -> [[[[1.5],[2.5]]]]
    {"size": [1,3], "coordinates": "alignCorners"} | [[[[1],[3]]]] = [[[[1],[2],[3]]]]         | [[[[1],[10],[100]]]]  -> [[[[6],[105]]]]
    {"size": [1,1], "coordinates": "alignCorners"} | [[[[1],[3]]]] = [[[[1]]]]                 | [[[[4]]]]             -> [[[[4],[0]]]]
    {"size": [1,4], "coordinates": "halfPixel"}    | [[[[1],[3]]]] = [[[[1],[1.5],[2.5],[3]]]] | [[[[1],[1],[1],[9]]]] -> [[[[2],[10]]]]
    {"size": [1,1], "coordinates": "halfPixel"}    | [[[[1],[3]],[[5],[7]]]] = [[[[4]]]]       | [[[[4]]]]             -> [[[[1],[1]],[[1],[1]]]]`,
  // In the second, position 1/2 lies between two pixels.
  resizeNearest: `
    {"size": [1,3], "coordinates": "asymmetric"}   | [[[[1],[2]]]] = [[[[1],[1],[2]]]] | [[[[1],[10],[100]]]] -> [[[[11],[100]]]]
    {"size": [1,3], "coordinates": "alignCorners"} | [[[[1],[2]]]] = [[[[1],[2],[2]]]] | [[[[1],[10],[100]]]] -> [[[[1],[110]]]]
    {"size": [1,1], "coordinates": "halfPixel"}    | [[[[5],[6],[7]]]] = [[[[6]]]]     | [[[[2]]]]            -> [[[[0],[2],[0]]]]`,
  depthToSpace: `
    {"blockSize": 2} | [[[[1,2,3,4]]]] = [[[[1],[2]],[[3],[4]]]] | [[[[5],[6]],[[7],[8]]]] -> [[[[5,6,7,8]]]]
    {"blockSize": 2} | [[[[1,2,3,4,5,6,7,8]]]] = [[[[1,2],[3,4]],[[5,6],[7,8]]]] | [[[[8,7],[6,5]],[[4,3],[2,1]]]] -> [[[[8,7,6,5,4,3,2,1]]]]`,
  mse: `
    {"reduction": "none"} | [1,5] ; [3,4] = [4,1] | [1,10] -> [-4,20] ; [4,-20]
    {"reduction": "sum"}  | [1,5] ; [3,4] = 5     | 3      -> [-12,6] ; [12,-6]
    {"reduction": "mean"} | [[1],[5]] ; [[3],[4]] = 2.5 | 3 -> [[-6],[3]] ; [[6],[-3]]`,
  mae: `
    {"reduction": "none"} | [1,5,2] ; [3,4,2] = [2,1,0] | [1,10,7] -> [-1,10,0] ; [1,-10,0]
    {"reduction": "mean"} | [1,5] ; [3,4] = 1.5 | 4 -> [-2,2] ; [2,-2]`,
  huber: `
    {"delta": 2, "reduction": "sum"}  | [1,9] ; [2,4] = 8.5 | 3 -> [-3,6] ; [3,-6]
    {"delta": 1, "reduction": "none"} | [1,0] ; [2,1] = [0.5,0.5] | [1,2] -> [-1,-2] ; [1,2]`,
  // The last but one is right by more than the margin, the last by exactly it.
  hinge: `
    {"labels": "0 and 1", "reduction": "none"}  | [0.5,2,-1] ; [1,1,0] = [0.5,0,0] | [2,3,4] -> [-2,0,0] ; [-2,0,0]
    {"labels": "-1 and 1", "reduction": "sum"} | [0.5,2] ; [1,-1] = 3.5 | 2 -> [-2,2] ; [-1,-4]`,
  logLoss: `
    {"epsilon": 0.25, "reduction": "none"} | [0.75] ; [1] = [0] | [2] -> [-2] ; [-1.3862943611198906]`,
  binaryCrossEntropy: `
    {"from": "probabilities", "reduction": "sum"} | [0.25] ; [1] = 1.3862943611198906 | 1 -> [-4] ; [1.0986122886681098]
    {"from": "logits", "reduction": "none"} | [0,40] ; [0.25,1] = [0.6931471805599453,4.248354255291589e-18] | [4,1] -> [1,-4.248354255291589e-18] ; [0,-40]`,
  klDivergence: `
    {"reduction": "none"} | [0.5] ; [0.25] = [-0.17328679513998632] | [4] -> [-2] ; [1.2274112777602189]`,
  cosineDistance: `
    {"axis": 1, "reduction": "none"} | [[1,2],[3,4]] ; [[1,0],[0.5,1]] = [[0],[-4.5]] | [[1],[2]] -> [[-1,0],[-1,-2]] ; [[-1,-2],[-6,-8]]
    {"axis": 0, "reduction": "mean"} | [[1,2]] ; [[3,5]] = -5.5 | 2 -> [[-3,-5]] ; [[-1,-2]]`,
  rnnCell: `
    {"activation": "relu"} | [[1,2]] ; [[3]] ; [[1],[2]] ; [[2]] ; [1] = [[12]] | [[2]] -> [[2,4]] ; [[4]] ; [[2],[4]] ; [[6]] ; [2]`,
  // All sums are 0: gates half open, candidate 0.
  gruCell: `
    {"gates": "zrn", "keeps": "z", "resetAfter": false, "recurrentActivation": "sigmoid"} | [[0]] ; [[4]] ; [[0,0,0]] ; [[0,0,0]] ; [0,0,0] = [[2]] | [[2]] -> [[0]] ; [[1]] ; [[0,0,0]] ; [[8,0,2]] ; [2,0,1]
    {"gates": "rzn", "keeps": "1 - z", "resetAfter": true, "recurrentActivation": "sigmoid"} | [[3]] ; [[4]] ; [[0,0,0]] ; [[0,0,0]] ; [0,0,0] ; [0,0,0] = [[2]] | [[2]] -> [[0]] ; [[1]] ; [[0,-6,3]] ; [[0,-8,2]] ; [0,-2,1] ; [0,-2,0.5]`,
  // State and memory are listed one after the other.
  lstmCell: `
    {"gates": "ifgo", "forgetBias": 0, "recurrentActivation": "sigmoid"} | [[3]] ; [[1]] ; [[4]] ; [[0,0,0,0]] ; [[0,0,0,0]] ; [0,0,0,0] = [0.48201379003790845,2] | [0,4] -> [[0]] ; [[0]] ; [[2]] ; [[0,12,6,0]] ; [[0,4,2,0]] ; [0,4,2,0]`,
  scaledDotProductAttention: `
    {"causal": false, "scale": 1} | [[1]] ; [[0],[0]] ; [[2],[4]] = [[3]] | [[2]] -> [[0]] ; [[-1],[1]] ; [[1],[1]]
    {"causal": true, "scale": "default"} | [[1],[1]] ; [[0],[0]] ; [[2],[4]] = [[2],[3]] | [[1],[2]] -> [[0],[0]] ; [[-1],[1]] ; [[2],[1]]`,
  dropout: `
    {"rate": 0.5} | [1,2] ; [1,0] = [2,0] | [3,4] -> [6,0] ; null`,
  // Softmax 1/4 and 3/4, its logarithms −log 4 and log 3/4; the loss of label 0.5 each is their mean.
  softmaxCrossEntropy: `
    {"reduction": "none"} | [[0,1.0986122886681098]] ; [[0.5,0.5]] = [0.8369882167858358] | [4] -> [[-1,1]] ; [[5.545177444479562,1.1507282898071236]]
    {"reduction": "sum"}  | [0,0] ; [1,0] = 0.6931471805599453 | 2 -> [-1,1] ; [1.3862943611198906,1.3862943611198906]
    {"reduction": "mean"} | [[0,0],[40,0]] ; [[0,1],[1,0]] = 0.34657359027997264 | 2 -> [[0.5,-0.5],[-4.248354255291589e-18,4.248354255291589e-18]] ; [[0.6931471805599453,0.6931471805599453],[4.248354255291589e-18,40]]`,
};

const split = (text: string, mark: string): string[] => text.split(mark).map((part) => part.trim());

for (const [name, lines] of Object.entries(EXAMPLES)) {
  describe(name, () => {
    test.each(split(lines.trim(), "\n"))("%s", (line) => {
      const [attributesText, question, answer] = split(line, "|");
      const attributes = JSON.parse(attributesText) as Attributes;
      const [inputs, value] = split(question, "=");
      const [cotangent, gradients] = split(answer, "->");
      const op = findOp(name);
      const xs = split(inputs, ";").map(parseTensor);
      const y = op.meaning(DOUBLES, xs, attributes);
      expectEqual(y, value);
      expect(
        op.shape(
          xs.map((x) => x.shape),
          attributes,
        ),
      ).toEqual(y.shape);
      const gx = op.vjp(DOUBLES, parseTensor(cotangent), xs, y, attributes);
      expect(gx.length).toBe(xs.length);
      split(gradients, ";").forEach((wanted, k) => expectEqual(gx[k], wanted));
    });
  });
}

test("the maximum of tied numbers is one of them, to the last bit", () => {
  const x = tensor([3], [0.1, 0.1, 0.1]);
  expect(findOp("max").meaning(DOUBLES, [x], { axes: "all", keepdims: false }).data[0]).toBe(0.1);
});

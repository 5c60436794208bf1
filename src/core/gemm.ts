/**
 * c += a·b for row-major doubles, in tiles of four rows and four columns.
 *
 * The innermost loop runs over k in order, so each element has the rounding of the plain triple loop.
 *
 * @shape a: [n, k], b: [k, m], c: [n, m], each from its offset
 * @error γ(k)·Σ|aᵢ||bᵢ| per element (Higham 2002, sec. 3.5)
 */
export function gemm(
  n: number,
  m: number,
  k: number,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  offsets: { readonly a?: number; readonly b?: number; readonly c?: number } = {},
): void {
  const { a: a0 = 0, b: b0 = 0, c: c0 = 0 } = offsets;
  // Columns of b are packed four at a time, so that the inner loop reads consecutive memory.
  const panel = new Float64Array(4 * k);
  for (let j = 0; j < m; j += 4) {
    const width = Math.min(4, m - j);
    for (let p = 0; p < k; p++) for (let q = 0; q < width; q++) panel[4 * p + q] = b[b0 + p * m + j + q];
    for (let i = 0; i < n; i++) {
      const row = a0 + i * k;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let p = 0, q = 0; p < k; p++, q += 4) {
        const x = a[row + p];
        s0 += x * panel[q];
        s1 += x * panel[q + 1];
        s2 += x * panel[q + 2];
        s3 += x * panel[q + 3];
      }
      const out = c0 + i * m + j;
      c[out] += s0;
      if (width > 1) c[out + 1] += s1;
      if (width > 2) c[out + 2] += s2;
      if (width > 3) c[out + 3] += s3;
    }
  }
}

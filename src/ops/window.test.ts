import { expect, test } from "vitest";
import { forEachTap, isUndisputed, windowsOver, type WindowAttributes } from "./window.js";

const PLAIN: WindowAttributes = { strides: [1], padding: "valid", dilation: [1] };
const ROUNDED_UP = { ...PLAIN, strides: [2], padding: [[0, 0]], rounding: "ceil" } as const;

/** Places that each window reads; x for one in the padding. */
function layout(size: number, kernel: number, attributes: Partial<WindowAttributes>): string {
  const [window] = windowsOver([size], [kernel], { ...PLAIN, ...attributes });
  return Array.from({ length: window.count }, (_, o) => {
    const places = Array.from({ length: kernel }, () => "x");
    forEachTap(window, o, (place, tap) => (places[tap] = String(place)));
    return places.join("");
  }).join(" ");
}

test.each<[string, number, number, Partial<WindowAttributes>, string]>([
  ["side by side", 4, 2, {}, "01 12 23"],
  ["apart, with a rest", 5, 2, { strides: [2] }, "01 23"],
  ["wider apart than they are long", 5, 1, { strides: [3] }, "0 3"],
  ["with gaps", 5, 2, { dilation: [3] }, "03 14"],
  ["same, the larger half after", 3, 2, { padding: "same" }, "01 12 2x"],
  ["same, nothing to pad", 4, 2, { padding: "same", strides: [2] }, "01 23"],
  ["same, wider apart than they are long", 5, 1, { padding: "same", strides: [3] }, "0 3"],
  ["explicit", 2, 2, { padding: [[1, 2]] }, "x0 01 1x xx"],
  ["rounded down", 4, 3, { strides: [2], padding: [[0, 0]] }, "012"],
  ["rounded up", 4, 3, ROUNDED_UP, "012 23x"],
  ["rounded up, nothing left over", 5, 3, ROUNDED_UP, "012 234"],
  [
    "rounded up, but none begins in the padding",
    2,
    1,
    { strides: [2], padding: [[0, 0]], rounding: "ceil" },
    "0",
  ],
])("windows %s", (_, size, kernel, attributes, wanted) => {
  expect(layout(size, kernel, attributes)).toBe(wanted);
});

test.each([
  ["none fits", 1, 2, PLAIN, false],
  ["one fits", 2, 2, PLAIN, true],
  ["one would begin in the padding", 2, 1, ROUNDED_UP, false],
  ["one begins in the image", 4, 3, ROUNDED_UP, true],
])("whether libraries agree how many windows there are: %s", (_, size, kernel, attributes, wanted) => {
  const windows = windowsOver([size], [kernel], attributes);
  expect(isUndisputed({ batch: 1, channels: 1, out: 1, groups: 1, windows })).toBe(wanted);
});

test("axes are walked one by one, each with its own steps", () => {
  const windows = windowsOver([3, 5], [1, 2], { strides: [2, 3], padding: "valid", dilation: [1, 1] });
  expect(windows.map(({ count, stride }) => [count, stride])).toEqual([
    [2, 2],
    [2, 3],
  ]);
});

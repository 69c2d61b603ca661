import { allocate, type TypedArray } from "../../../dtype.js";
import type { Window } from "../../../primitives/windows.js";
import { type Shape, sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

type Params = Window & { readonly counts: Shape };

/** 依次走过每个窗口行：窗口这边从 patch 起连续 count 个，图像那边从 pixel 起每隔 step 一个。 */
function eachRow(
  lead: number,
  [height, width]: Shape,
  { size, strides, dilation, counts }: Params,
  visit: (patch: number, pixel: number, count: number, step: number) => void,
): void {
  const [kh, kw] = size as [number, number];
  const [oh, ow] = counts as [number, number];
  let patch = 0;
  for (let l = 0; l < lead; l++) {
    for (let p = 0; p < kh; p++) {
      for (let q = 0; q < kw; q++) {
        let pixel = (l * height! + p * dilation[0]!) * width! + q * dilation[1]!;
        for (let i = 0; i < oh; i++, patch += ow, pixel += strides[0]! * width!) {
          visit(patch, pixel, ow, strides[1]!);
        }
      }
    }
  }
}

const unfold: CpuKernel = ([x], params: Params, out, into) => {
  const from = dataOf(x!);
  const to: TypedArray = into ?? allocate(out.dtype, sizeOf(out.shape));
  eachRow(sizeOf(x!.shape.slice(0, -2)), x!.shape.slice(-2), params, (patch, pixel, count, step) => {
    for (let j = 0, s = pixel; j < count; j++, s += step) to[patch + j] = from[s]!;
  });
  return to;
};

const fold: CpuKernel = ([x], params: Params & { shape: Shape }, out, into) => {
  const from = dataOf(x!);
  const to: TypedArray = into?.fill(0) ?? allocate(out.dtype, sizeOf(out.shape));
  eachRow(sizeOf(x!.shape.slice(0, -4)), params.shape, params, (patch, pixel, count, step) => {
    for (let j = 0, d = pixel; j < count; j++, d += step) to[d]! += from[patch + j]!;
  });
  return to;
};

export const windowKernels = { unfold, fold };

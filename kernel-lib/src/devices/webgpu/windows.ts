import type { Aval } from "../../core/primitive.js";
import type { Window } from "../../primitives/windows.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { groupsFor, load, storageType, stored, threadIndex, threads, Uniforms, valueType } from "./wgsl.js";

type Params = Window & { readonly counts: Shape };

/** 一个线程一个输出；body 里可用各个大小，名字与 Window 里的对应。 */
function perElement(
  gpu: GpuContext,
  x: ArrayTensor,
  out: Aval,
  [h, w]: Shape,
  { size, strides, dilation, counts }: Params,
  body: string,
): GpuArray {
  const total = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const u = new Uniforms();
  const count = u.push(total);
  const names = { h, w, kh: size[0], kw: size[1], oh: counts[0], ow: counts[1] };
  const steps = { sh: strides[0], sw: strides[1], dh: dilation[0], dw: dilation[1] };
  const sizes = Object.entries({ ...names, ...steps }).map(([name, n]) => `let ${name} = ${u.push(n!)};`);
  const code = module({
    inputs: [storageType(x.dtype)],
    outputs: [storageType(out.dtype)],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  ${sizes.join(" ")}
  ${body}`,
  });
  const inputs = [x.buffer as GpuArray];
  gpu.dispatch({ code, inputs, outputs: [result], uniforms: u.values, groups: groupsFor(total) });
  return result;
}

/** 全部窗口：[..., H, W] → [..., kh, kw, H′, W′]。 */
export function unfold(gpu: GpuContext, [x]: readonly ArrayTensor[], params: Params, out: Aval): GpuArray {
  return perElement(
    gpu,
    x!,
    out,
    x!.shape.slice(-2),
    params,
    `let col = (i % ow) * sw + (i / (oh * ow)) % kw * dw;
  let row = (i / ow % oh) * sh + (i / (oh * ow * kw)) % kh * dh;
  let image = i / (oh * ow * kw * kh);
  let at = (image * h + row) * w + col;
  out0[i] = ${stored(out.dtype, load(x!.dtype, "in0", "at"))};`,
  );
}

/** 转置：每个像素把用到它的窗口加起来。次序固定，不用原子操作，所以结果可重现。 */
export function fold(
  gpu: GpuContext,
  [x]: readonly ArrayTensor[],
  params: Params & { readonly shape: Shape },
  out: Aval,
): GpuArray {
  const type = valueType(out.dtype);
  return perElement(
    gpu,
    x!,
    out,
    params.shape,
    params,
    `let col = i % w;
  let row = i / w % h;
  let image = i / (w * h);
  var sum: ${type} = ${type}(0);
  for (var p = 0i; p < kh; p++) {
    let down = row - p * dh;
    if (down < 0i || down % sh != 0i || down / sh >= oh) { continue; }
    for (var q = 0i; q < kw; q++) {
      let across = col - q * dw;
      if (across < 0i || across % sw != 0i || across / sw >= ow) { continue; }
      let at = (((image * kh + p) * kw + q) * oh + down / sh) * ow + across / sw;
      sum += ${load(x!.dtype, "in0", "at")};
    }
  }
  out0[i] = ${stored(out.dtype, "sum")};`,
  );
}

import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import { Tracer } from "../core/tracer.js";
import type { Tensor } from "../tensor.js";
import { flatten, type Tensors, unflatten } from "../tree.js";
import { JvpTracer } from "./jvp-interpreter.js";
import { VjpTracer } from "./vjp-interpreter.js";

const stopGradientP = defineElementwise({
  name: "stopGradient",
  js: ([x]) => x!,
  wgsl: ([x]) => x!,
  d: [null],
  result: "same",
});

/**
 * 值不变，导数当作零：把 x 看成常数。各层变换都停，所以二阶导数里它也是常数。参数可以是树。
 *
 * @example
 * grad((x: Tensor) => mul(x, stopGradient(x)))(3).item() // => 3
 */
export function stopGradient<T>(x: T): Tensors<T> {
  const { leaves, structure } = flatten(x, "stopGradient 的参数");
  return unflatten(
    structure,
    leaves.map((leaf) => stop(asTensor(leaf))),
  );
}

function stop(x: Tensor): Tensor {
  // 求导的追踪值直接换成“切向量为零”的，省一次复制；别的变换（vmap、jit）要看见这一步。
  if (x instanceof VjpTracer) return x.interpreter.lift(stop(x.value));
  if (x instanceof JvpTracer) return x.interpreter.lift(stop(x.primal));
  return x instanceof Tracer ? bind(stopGradientP, [x], {}) : x;
}

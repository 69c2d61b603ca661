import type { Aval, Params, Primitive } from "../../core/primitive.js";
import { allocate, type TypedArray } from "../../dtype.js";
import { broadcastStrides, sameShape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";

export { broadcastStrides } from "../../shape.js";

type Loop = (out: TypedArray, n: number, ...inputs: TypedArray[]) => void;
type StridedLoop = (out: TypedArray, shape: number[], strides: number[][], ...inputs: TypedArray[]) => void;

const flatLoops = new Map<string, Loop>();
const stridedLoops = new Map<string, StridedLoop>();

/** 由原语的表达式生成循环并缓存；形状相同或某个操作数是标量时走一重循环，其余按步长广播。 */
export function runElementwise(
  primitive: Primitive<any>,
  inputs: readonly ArrayTensor[],
  params: Params,
  out: Aval,
): TypedArray {
  const result = allocate(out.dtype, sizeOf(out.shape));
  const data = inputs.map((x) => x.buffer as TypedArray);
  const modes = inputs.map((x) => (sameShape(x.shape, out.shape) ? "v" : x.size === 1 ? "s" : "b"));
  const key = `${primitive.name}|${JSON.stringify(params)}|${inputs.map((x) => x.dtype)}|${out.dtype}|`;
  if (!modes.includes("b")) {
    const signature = key + modes.join("");
    let loop = flatLoops.get(signature);
    if (!loop) flatLoops.set(signature, (loop = compileFlat(primitive, params, modes)));
    loop(result, result.length, ...data);
    return result;
  }
  const signature = `${key}${out.shape.length}`;
  let loop = stridedLoops.get(signature);
  if (!loop)
    stridedLoops.set(signature, (loop = compileStrided(primitive, params, inputs.length, out.shape.length)));
  const strides = inputs.map((x) => broadcastStrides(x.shape, out.shape));
  loop(result, [...out.shape], strides, ...data);
  return result;
}

function compileFlat(primitive: Primitive<any>, params: Params, modes: string[]): Loop {
  const names = modes.map((_, i) => `x${i}`);
  const scalars = names.map((x, i) => (modes[i] === "s" ? `const s${i} = ${x}[0];` : "")).join(" ");
  const operands = names.map((x, i) => (modes[i] === "s" ? `s${i}` : `${x}[i]`));
  const body = `${scalars} for (let i = 0; i < n; i++) out[i] = ${primitive.expr!.js(operands, params)};`;
  return new Function("out", "n", ...names, body) as Loop;
}

function compileStrided(primitive: Primitive<any>, params: Params, count: number, rank: number): StridedLoop {
  const names = Array.from({ length: count }, (_, i) => `x${i}`);
  let body = "let o = 0;\n";
  for (let axis = 0; axis < rank; axis++) {
    const offsets = names.map(
      (_, k) => `p${k}_${axis} = ${axis ? `p${k}_${axis - 1} + ` : ""}i${axis} * strides[${k}][${axis}]`,
    );
    body += `for (let i${axis} = 0; i${axis} < shape[${axis}]; i${axis}++) { const ${offsets.join(", ")};\n`;
  }
  body += `out[o++] = ${primitive.expr!.js(
    names.map((x, k) => `${x}[p${k}_${rank - 1}]`),
    params,
  )};\n${"}".repeat(rank)}`;
  return new Function("out", "shape", "strides", ...names, body) as StridedLoop;
}

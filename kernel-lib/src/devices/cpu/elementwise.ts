import type { Aval, Params, Primitive } from "../../core/primitive.js";
import { allocate, type DType, type TypedArray } from "../../dtype.js";
import { broadcastStrides, sameShape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";

export { broadcastStrides } from "../../shape.js";

type FlatLoop = (out: TypedArray, n: number, ...inputs: TypedArray[]) => void;
type StridedLoop = (
  out: TypedArray,
  shape: readonly number[],
  strides: readonly number[][],
  ...inputs: TypedArray[]
) => void;

/** 一个原语（与一组参数）已经编译的循环，以操作数的类型与形状关系编号。 */
interface Loops {
  readonly flat: Map<number, FlatLoop>;
  readonly strided: Map<number, StridedLoop>;
}

const dtypeCode: Record<DType, number> = { float64: 0, float32: 1, int32: 2, bool: 3 };
const plain = new WeakMap<Primitive<any>, Loops>();
const withParams = new WeakMap<Primitive<any>, Map<string, Loops>>();

/**
 * 由原语的表达式生成循环并缓存：形状相同或某个操作数只有一个元素时走一重循环，其余按步长广播。
 * 每种类型组合各编译一份，使引擎看到的数组类型单一。
 */
export function runElementwise(
  primitive: Primitive<any>,
  inputs: readonly ArrayTensor[],
  params: Params,
  out: Aval,
): TypedArray {
  const { shape } = out;
  const n = sizeOf(shape);
  const result = allocate(out.dtype, n);
  const loops = loopsOf(primitive, params, inputs.length);
  let signature = dtypeCode[out.dtype];
  let flat = true;
  for (const x of inputs) {
    let mode = 0;
    if (!sameShape(x.shape, shape)) {
      if (sizeOf(x.shape) === 1) mode = 1;
      else flat = false;
    }
    signature = signature * 8 + dtypeCode[x.dtype] * 2 + mode;
  }
  if (!flat) {
    runStrided(loops, signature, primitive, inputs, params, shape, result);
    return result;
  }
  let loop = loops.flat.get(signature);
  if (!loop) loops.flat.set(signature, (loop = compileFlat(primitive, params, signature, inputs.length)));
  const a = inputs[0]!.buffer as TypedArray;
  if (inputs.length === 1) loop(result, n, a);
  else if (inputs.length === 2) loop(result, n, a, inputs[1]!.buffer as TypedArray);
  else loop(result, n, ...inputs.map((x) => x.buffer as TypedArray));
  return result;
}

function loopsOf(primitive: Primitive<any>, params: Params, arity: number): Loops {
  let hasParams = false;
  for (const _ in params) {
    hasParams = true;
    break;
  }
  if (!hasParams) {
    let loops = plain.get(primitive);
    if (!loops) plain.set(primitive, (loops = { flat: new Map(), strided: new Map() }));
    return loops;
  }
  // 参数已写进表达式，所以表达式的文本就是键。
  let byText = withParams.get(primitive);
  if (!byText) withParams.set(primitive, (byText = new Map()));
  const text = primitive.expr!.js(names(arity), params);
  let loops = byText.get(text);
  if (!loops) byText.set(text, (loops = { flat: new Map(), strided: new Map() }));
  return loops;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `x${i}`);
}

function compileFlat(primitive: Primitive<any>, params: Params, signature: number, count: number): FlatLoop {
  const inputs = names(count);
  const isScalar = inputs.map((_, i) => (Math.floor(signature / 8 ** (count - 1 - i)) & 1) === 1);
  const scalars = inputs.map((x, i) => (isScalar[i] ? `const s${i} = ${x}[0];` : "")).join(" ");
  const operands = inputs.map((_, i) => (isScalar[i] ? `s${i}` : `v${i}`));
  const loads = inputs.map((x, i) => (isScalar[i] ? "" : `const v${i} = ${x}[i];`)).join(" ");
  const value = primitive.expr!.js(operands, params);
  const body = `${scalars} for (let i = 0; i < n; i++) { ${loads} out[i] = ${value}; }`;
  return new Function("out", "n", ...inputs, body) as FlatLoop;
}

function runStrided(
  loops: Loops,
  signature: number,
  primitive: Primitive<any>,
  inputs: readonly ArrayTensor[],
  params: Params,
  shape: readonly number[],
  result: TypedArray,
): void {
  const all = inputs.map((x) => broadcastStrides(x.shape, shape));
  const { dims, strides } = mergeAxes(shape, all);
  const key = signature * 8 + Math.min(dims.length, 7);
  let loop = dims.length < 7 ? loops.strided.get(key) : undefined;
  if (!loop) loops.strided.set(key, (loop = compileStrided(primitive, params, inputs.length, dims.length)));
  loop(result, dims, strides, ...inputs.map((x) => x.buffer as TypedArray));
}

/** 各操作数都连续（或都被广播）的相邻轴并成一个，减少循环层数。 */
function mergeAxes(
  shape: readonly number[],
  all: readonly number[][],
): { dims: number[]; strides: number[][] } {
  const dims: number[] = [];
  const strides = all.map((): number[] => []);
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if (n === 1) continue;
    const k = dims.length - 1;
    if (k >= 0 && all.every((s, j) => strides[j]![k] === s[i]! * n)) {
      dims[k]! *= n;
      for (const [j, s] of all.entries()) strides[j]![k] = s[i]!;
    } else {
      dims.push(n);
      for (const [j, s] of all.entries()) strides[j]!.push(s[i]!);
    }
  }
  if (dims.length === 0) {
    dims.push(1);
    for (const s of strides) s.push(0);
  }
  return { dims, strides };
}

function compileStrided(primitive: Primitive<any>, params: Params, count: number, rank: number): StridedLoop {
  const inputs = names(count);
  let body = "let o = 0;\n";
  for (let axis = 0; axis < rank; axis++) {
    body += inputs.map((_, k) => `const t${k}_${axis} = strides[${k}][${axis}];\n`).join("");
  }
  for (let axis = 0; axis < rank; axis++) {
    const offsets = inputs.map(
      (_, k) => `p${k}_${axis} = ${axis ? `p${k}_${axis - 1} + ` : ""}i${axis} * t${k}_${axis}`,
    );
    body += `for (let i${axis} = 0; i${axis} < shape[${axis}]; i${axis}++) { const ${offsets.join(", ")};\n`;
  }
  const loads = inputs.map((x, k) => `v${k} = ${x}[p${k}_${rank - 1}]`).join(", ");
  const value = primitive.expr!.js(
    inputs.map((_, k) => `v${k}`),
    params,
  );
  body += `const ${loads}; out[o++] = ${value};\n${"}".repeat(rank)}`;
  return new Function("out", "shape", "strides", ...inputs, body) as StridedLoop;
}

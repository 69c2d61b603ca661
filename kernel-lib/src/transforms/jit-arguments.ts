import { asTensor } from "../core/convert.js";
import { Tracer } from "../core/tracer.js";
import { cpu } from "../devices/cpu/device.js";
import { requireKept } from "../devices/cpu/pool.js";
import type { Device } from "../devices/device.js";
import { place } from "../devices/evaluate.js";
import { allocate, type DType, isFloat, type TypedArray } from "../dtype.js";
import { type Shape, sameShape } from "../shape.js";
import { ArrayTensor, Tensor, type TensorLike } from "../tensor.js";
import { isPlainObject, isTensorLike } from "../tree.js";

/** 一次编译对参数的全部假定。参数与它相符，编译结果就能再用。 */
export type Spec =
  | { readonly kind: "tensor"; readonly shape: Shape; readonly dtype: DType; readonly owner: Device }
  /** 普通的数：当作标量追踪，换一个数不用重新编译。 */
  | { readonly kind: "number"; readonly dtype: DType }
  /** 数值数组与类型化数组。 */
  | { readonly kind: "numeric"; readonly shape: Shape; readonly dtype: DType; readonly owner: Device }
  | { readonly kind: "static"; readonly value: unknown }
  | { readonly kind: "array"; readonly children: readonly Spec[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly children: readonly Spec[] };

/** 参数里有没有别的变换的追踪值：有就不编译，直接内联。 */
export function hasTracer(x: unknown): boolean {
  if (x instanceof Tensor) return x instanceof Tracer;
  if (typeof x !== "object" || x === null || ArrayBuffer.isView(x)) return false;
  if (Array.isArray(x)) return x.some(hasTracer);
  return isPlainObject(x) && Object.values(x).some(hasTracer);
}

/** 参数 → 假定。isStatic 的参数整个按值比较。 */
export function specOf(x: unknown, number: DType): Spec {
  if (x instanceof ArrayTensor) return { kind: "tensor", shape: x.shape, dtype: x.dtype, owner: x.owner };
  if (typeof x === "number") return { kind: "number", dtype: number };
  if (typeof x === "boolean" || !isTree(x)) return { kind: "static", value: x };
  if (isTensorLike(x)) {
    const t = asTensor(x as TensorLike) as ArrayTensor;
    return { kind: "numeric", shape: t.shape, dtype: t.dtype, owner: t.owner };
  }
  if (Array.isArray(x)) return { kind: "array", children: x.map((v) => specOf(v, number)) };
  const keys = Object.keys(x as object);
  const children = keys.map((k) => specOf((x as Record<string, unknown>)[k], number));
  return { kind: "object", keys, children };
}

function isTree(x: unknown): boolean {
  if (typeof x !== "object" || x === null) return false;
  return Array.isArray(x) || ArrayBuffer.isView(x) || isPlainObject(x);
}

/** 参数里的浮点张量全是 float32 时，普通的数也取 float32，与不用 jit 时一致；否则 float64。 */
export function numberType(args: readonly unknown[]): DType {
  let found: DType | null = null;
  const visit = (x: unknown): void => {
    if (x instanceof Tensor) {
      if (isFloat(x.dtype) && found !== "float64") found = x.dtype;
    } else if (Array.isArray(x)) x.forEach(visit);
    else if (typeof x === "object" && x !== null && isPlainObject(x)) Object.values(x).forEach(visit);
  };
  args.forEach(visit);
  return found ?? "float64";
}

/** 图所在的设备：参数里第一个不在 cpu 上的张量的设备。 */
export function deviceOf(specs: readonly Spec[]): Device {
  for (const s of specs) {
    if ("owner" in s && s.owner !== cpu) return s.owner;
    if ("children" in s) {
      const device = deviceOf(s.children);
      if (device !== cpu) return device;
    }
  }
  return cpu;
}

/** x 与假定相符时，把各叶子在 device 上的缓冲区依次放进 out，返回 true。这是每次调用都走的路，不产生多余的对象。 */
export function match(spec: Spec, x: unknown, device: Device, out: unknown[]): boolean {
  switch (spec.kind) {
    case "tensor":
      if (!(x instanceof ArrayTensor) || x.owner !== spec.owner || x.dtype !== spec.dtype) return false;
      if (x.shape !== spec.shape && !sameShape(x.shape, spec.shape)) return false;
      if (x.owner === cpu) requireKept(x.buffer as TypedArray);
      out.push(x.owner === device ? x.buffer : place(x, device).buffer);
      return true;
    case "number": {
      if (typeof x !== "number") return false;
      const data = allocate(spec.dtype, 1);
      data[0] = x;
      out.push(device === cpu ? data : device.upload(data, device.storage(spec.dtype)));
      return true;
    }
    case "numeric": {
      if (x instanceof Tensor || typeof x !== "object" || x === null || !isTensorLike(x)) return false;
      const t = asTensor(x as TensorLike) as ArrayTensor;
      if (t.dtype !== spec.dtype || t.owner !== spec.owner || !sameShape(t.shape, spec.shape)) return false;
      out.push(place(t, device).buffer);
      return true;
    }
    case "static":
      return Object.is(x, spec.value);
    case "array": {
      const { children } = spec;
      if (!Array.isArray(x) || x.length !== children.length) return false;
      for (let i = 0; i < children.length; i++) if (!match(children[i]!, x[i], device, out)) return false;
      return true;
    }
    case "object":
      return matchObject(spec, x, device, out);
  }
}

function matchObject(spec: Spec & { kind: "object" }, x: unknown, device: Device, out: unknown[]): boolean {
  if (typeof x !== "object" || x === null || x instanceof Tensor || Array.isArray(x)) return false;
  const { keys, children } = spec;
  let count = 0;
  for (const _ in x) count++;
  if (count !== keys.length || !isPlainObject(x)) return false;
  for (let i = 0; i < keys.length; i++) {
    if (!Object.hasOwn(x, keys[i]!) || !match(children[i]!, x[keys[i]!], device, out)) return false;
  }
  return true;
}

/** 按假定造出参数：张量的位置由 leaf 给出追踪值，静态的位置放原值。 */
export function buildArgument(
  spec: Spec,
  leaf: (shape: Shape, dtype: DType, path: string) => Tensor,
  path: string,
): unknown {
  switch (spec.kind) {
    case "number":
      return leaf([], spec.dtype, path);
    case "tensor":
    case "numeric":
      return leaf(spec.shape, spec.dtype, path);
    case "static":
      return spec.value;
    case "array":
      return spec.children.map((c, i) => buildArgument(c, leaf, `${path}[${i}]`));
    case "object":
      return Object.fromEntries(
        spec.keys.map((k, i) => [k, buildArgument(spec.children[i]!, leaf, `${path}.${k}`)]),
      );
  }
}

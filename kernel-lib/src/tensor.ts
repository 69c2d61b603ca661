import type { Device } from "./devices/device.js";
import { fullText, type Printable, valuesText } from "./display/format.js";
import { type DisplayBundle, type DisplayTools, displayBundle } from "./display/notebook.js";
import { allocate, type DType, dtypeOf, type TypedArray } from "./dtype.js";
import { TiduError } from "./errors.js";
import type { TensorMethods } from "./methods.js";
import { type Shape, showShape, sizeOf } from "./shape.js";

/** 数或布尔值的嵌套数组，每一层长度整齐。 */
export type NestedArray = readonly (number | boolean | NestedArray)[];
/** 凡要张量的地方都可以给数、嵌套数组或类型化数组。 */
export type TensorLike = Tensor | number | boolean | NestedArray | TypedArray;
/** `toArray()` 的结果：标量是数，其余是嵌套数组。 */
export type ArrayValue = number | ArrayValue[];

// 方法（x.add(y) 等）在 methods.ts 里装到原型上：那里要用到全部算子，放在这里会循环引用。
export interface Tensor extends TensorMethods {}

/**
 * 张量：形状、元素类型、所在设备。具体的值是 ArrayTensor；变换内部流动的是追踪值（Tracer），
 * 两者接口相同，所以同一个函数既能求值也能求导。
 *
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * [x.shape, x.rank, x.size, x.dtype] // => [[2, 3], 2, 6, "float64"]
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: 方法由 methods.ts 全部装上，有测试逐个核对。
export abstract class Tensor {
  abstract readonly shape: Shape;
  abstract readonly dtype: DType;
  /** 设备名：cpu、webgpu 或 tensorflow。 */
  abstract readonly device: string;

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** 剥去各层变换后的具体张量；jit 与 vmap 里没有，抛 TIDU-TRACE-002。 */
  abstract concrete(): ArrayTensor;

  /** 只有一个元素时的数值。在 grad 里也能用（得到当前的原值）。 */
  item(): number {
    if (this.size !== 1) {
      throw new TiduError(
        "TIDU-READ-001",
        `item() 只能读一个元素的张量，这个张量的形状是 ${showShape(this.shape)}。要读全部元素请用 toArray()。`,
      );
    }
    return Number(this.concrete().readSync()[0]);
  }

  /**
   * 嵌套数组；标量得到数。只有能同步读取的设备（cpu、tensorflow）可用。
   * 形状不在类型里，所以类型缺省为 any；要严格时写明，如 `x.toArray<number[]>()`。
   */
  toArray<T = any>(): T {
    return nest(this.concrete().readSync(), this.shape) as T;
  }

  /** 全部元素，行优先，任何设备都可用。 */
  async data(): Promise<TypedArray> {
    const x = this.concrete();
    return x.owner.read(x.buffer, x.dtype, x.size);
  }

  /** 数值的文本，像 NumPy 那样；读不到数值时（jit、vmap 里，或在 GPU 上）给出摘要与原因。 */
  toString(): string {
    return valuesText(this.printable());
  }

  /** JSON.stringify 得到嵌套数组。 */
  toJSON(): ArrayValue {
    return this.toArray();
  }

  /** 运算符会悄悄把张量变成数或字符串，梯度就断了；所以除了模板字符串一律报错。 */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TiduError(
      "TIDU-TENSOR-005",
      "张量不能直接用 + − * / < == 这些运算符。算术请写 x.add(y)、x.mul(y)；按元素比较请写 x.less(y)；要普通的数请写 x.item()。",
    );
  }

  /** Node 的 console.log：摘要与数值。 */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return fullText(this.printable());
  }

  /** 笔记本的显示：文本；内核给了画法时再加一张图。数据在 GPU 上时先读回来，结果是 Promise。 */
  [Symbol.for("Jupyter.display")](tools?: DisplayTools): DisplayBundle | Promise<DisplayBundle> {
    const x = this.printable();
    if (x.data || !x.later) return displayBundle(x, tools);
    return x.later().then((data) => displayBundle({ ...x, data }, tools));
  }

  private printable(): Printable {
    const { shape, dtype, device } = this;
    const without = (note: string): Printable => ({ shape, dtype, device, data: null, note });
    let x: ArrayTensor;
    try {
      x = this.concrete();
    } catch (error) {
      if (error instanceof TiduError) return without("正在变换中，只有形状，没有数值");
      throw error;
    }
    if (!x.owner.readSync)
      return { ...without(`数据在 ${device} 上，不能同步读取：请用 await x.data()`), later: () => x.data() };
    return { shape, dtype, device, data: x.readSync(), note: "" };
  }
}

/** 具体张量：数据在某个设备的缓冲区里，行优先、连续、不可变。 */
export class ArrayTensor extends Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly owner: Device;
  readonly buffer: unknown;

  constructor(owner: Device, buffer: unknown, shape: Shape, dtype: DType) {
    super();
    this.owner = owner;
    this.buffer = buffer;
    this.shape = shape;
    this.dtype = dtype;
  }

  override get device(): string {
    return this.owner.name;
  }

  override concrete(): ArrayTensor {
    return this;
  }

  readSync(): TypedArray {
    if (!this.owner.readSync) {
      throw new TiduError(
        "TIDU-READ-002",
        `设备 ${this.owner.name} 上的张量不能同步读取。请写 await x.data()，或先 await x.toDevice("cpu")。`,
      );
    }
    return this.owner.readSync(this.buffer, this.dtype, this.size);
  }
}

export function nest(data: ArrayLike<number>, shape: Shape): ArrayValue {
  if (shape.length === 0) return Number(data[0]);
  let offset = 0;
  const build = (axis: number): ArrayValue[] => {
    const n = shape[axis]!;
    const out = new Array<ArrayValue>(n);
    for (let i = 0; i < n; i++) out[i] = axis === shape.length - 1 ? Number(data[offset++]) : build(axis + 1);
    return out;
  };
  return build(0);
}

/** 嵌套数组的形状与展平后的数据；参差不齐、混入非数时抛错，并指出位置。 */
export function flattenNested(x: NestedArray): { shape: number[]; flat: number[]; allBool: boolean } {
  const shape: number[] = [];
  for (let p: unknown = x; Array.isArray(p); p = p[0]) shape.push(p.length);
  const flat: number[] = [];
  let allBool = true;
  const walk = (p: unknown, axis: number, path: string): void => {
    if (axis === shape.length) {
      if (typeof p === "boolean") flat.push(p ? 1 : 0);
      else if (typeof p === "number") {
        allBool = false;
        flat.push(p);
      } else if (p instanceof Tensor) {
        throw new TiduError(
          "TIDU-TENSOR-001",
          `数组的 ${path} 处是张量；要把几个张量叠成一个请用 stack([...])。`,
        );
      } else throw new TiduError("TIDU-TENSOR-002", `数组的 ${path} 处不是数：${String(p)}。`);
      return;
    }
    if (!Array.isArray(p) || p.length !== shape[axis]) {
      const seen = Array.isArray(p) ? `长度是 ${p.length}` : `不是数组`;
      throw new TiduError(
        "TIDU-TENSOR-003",
        `数组参差不齐：${path} 处应有 ${shape[axis]} 个元素，实际${seen}。`,
      );
    }
    for (let i = 0; i < p.length; i++) walk(p[i], axis + 1, `${path}[${i}]`);
  };
  walk(x, 0, "x");
  return { shape, flat, allBool: allBool && flat.length > 0 };
}

/** 把任何 TensorLike 的数据放进类型化数组，dtype 缺省时由数据决定（数 → float64，布尔 → bool）。 */
export function toTyped(
  x: Exclude<TensorLike, Tensor>,
  dtype?: DType,
): { data: TypedArray; shape: number[]; dtype: DType } {
  if (ArrayBuffer.isView(x)) {
    const own = dtypeOf(x as TypedArray);
    const target = dtype ?? own;
    const data = allocate(target, x.length);
    data.set(x as TypedArray);
    return { data, shape: [x.length], dtype: target };
  }
  if (typeof x === "number" || typeof x === "boolean") {
    const target = dtype ?? (typeof x === "boolean" ? "bool" : "float64");
    const data = allocate(target, 1);
    data[0] = Number(x);
    return { data, shape: [], dtype: target };
  }
  if (!Array.isArray(x)) {
    throw new TiduError(
      "TIDU-TENSOR-004",
      `需要张量、数、嵌套数组或类型化数组，得到的是 ${x === null ? "null" : typeof x}。`,
    );
  }
  const { shape, flat, allBool } = flattenNested(x as NestedArray);
  const target = dtype ?? (allBool ? "bool" : "float64");
  const data = allocate(target, flat.length);
  data.set(flat);
  return { data, shape, dtype: target };
}

import { allocate, type DType, type TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";

// 大数组的池。新数组的内存页系统要在第一次写到时逐页清零，写满 4 MB 的新数组要用过的数组的几倍时间；
// scope() 结束时放掉的数组交到这里，下一次调用的输出接着用。
//
// 借出的总是新的视图，底下的 ArrayBuffer 才是重复用的；放掉的视图记下来，再用到就报错，不会悄悄读到别人的数。
// 闲着的 ArrayBuffer 只弱引用：内存紧了，垃圾回收照样收走。

/** 比这小的数组新建就够快。 */
const smallest = 64 * 1024;
/** 闲着的最多留这么多字节：弱引用在当前任务结束前也会留住内存。 */
const limit = 256 * 1024 * 1024;

const bytesOf: Record<DType, number> = { float64: 8, float32: 4, int32: 4, bool: 1 };

/** 字节数 → 闲着的。 */
const idle = new Map<number, WeakRef<ArrayBuffer>[]>();
let held = 0;
/** 可以收回的视图。 */
const lent = new WeakSet<TypedArray>();
const returned = new WeakSet<TypedArray>();

/** 这么大的数组值得放进池里。 */
export function pooled(dtype: DType, size: number): boolean {
  return size * bytesOf[dtype] >= smallest;
}

/** 一个大数组，内容不定：调用者必须写满。 */
export function lend(dtype: DType, size: number): TypedArray {
  const data = onBuffer(dtype, take(size * bytesOf[dtype])) ?? allocate(dtype, size);
  lent.add(data);
  return data;
}

/** 收回；被直接读过的（pin）与不是借出的不收。 */
export function giveBack(data: TypedArray): void {
  if (!lent.delete(data)) return;
  returned.add(data);
  const { byteLength } = data;
  if (held + byteLength > limit) sweep();
  if (held + byteLength > limit) return;
  held += byteLength;
  const list = idle.get(byteLength);
  const entry = new WeakRef(data.buffer as ArrayBuffer);
  if (list) list.push(entry);
  else idle.set(byteLength, [entry]);
}

/** 数组本身交给了别人，从此不再收回。 */
export function pin(data: TypedArray): void {
  lent.delete(data);
}

/** 已经收回的数组不能再用。 */
export function requireKept(data: TypedArray): void {
  if (data.byteLength >= smallest && returned.has(data)) {
    throw new TiduError(
      "TIDU-DEV-009",
      "这个张量是在 scope 里算出来的，scope 结束时已经释放。要留到 scope 外面用，请让 scope 里的函数返回它。",
    );
  }
}

function take(byteLength: number): ArrayBuffer | null {
  const list = idle.get(byteLength);
  for (let entry = list?.pop(); entry; entry = list!.pop()) {
    held -= byteLength;
    const buffer = entry.deref();
    if (buffer) return buffer;
  }
  return null;
}

function onBuffer(dtype: DType, buffer: ArrayBuffer | null): TypedArray | null {
  if (!buffer) return null;
  switch (dtype) {
    case "float64":
      return new Float64Array(buffer);
    case "float32":
      return new Float32Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "bool":
      return new Uint8Array(buffer);
  }
}

/** 去掉已被回收的。 */
function sweep(): void {
  held = 0;
  for (const [byteLength, list] of idle) {
    const alive = list.filter((entry) => entry.deref() !== undefined);
    if (alive.length === 0) idle.delete(byteLength);
    else idle.set(byteLength, alive);
    held += alive.length * byteLength;
  }
}

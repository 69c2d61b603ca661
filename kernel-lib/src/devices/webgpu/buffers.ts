import type { DType, TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";

/** 显存里的一块数据。reshape 等只改形状的操作共用同一块。 */
export class GpuArray {
  /** null 表示已经释放。 */
  buffer: GPUBuffer | null;
  /** 共用的常量，不随 scope 或 free 释放。 */
  readonly pinned: boolean;
  /** 内容是单个已知的常数时，它的值。 */
  scalar?: number;

  constructor(buffer: GPUBuffer, pinned = false) {
    this.buffer = buffer;
    this.pinned = pinned;
  }

  get live(): GPUBuffer {
    if (this.buffer) return this.buffer;
    throw new TiduError(
      "TIDU-GPU-006",
      "这个张量的显存已经释放。请把它作为 scope 的返回值带出来，不要在 scope 结束之后再用里面的中间结果。",
    );
  }
}

interface Idle {
  readonly buffer: GPUBuffer;
  /** 归还时的批次：这一批命令提交之前，缓冲区里的旧数据可能还要被读。 */
  readonly batch: number;
}

// STORAGE | COPY_SRC | COPY_DST；Node 里没有全局的 GPUBufferUsage。
const usage = 0x80 | 0x4 | 0x8;
const keepAtMost = 512 * 2 ** 20;

/** 缓冲区池：按大小分档重用；没人引用的张量由 FinalizationRegistry 归还。 */
export class BufferPool {
  private readonly gpu: GPUDevice;
  private readonly limit: number;
  private readonly idle = new Map<number, Idle[]>();
  private readonly registry = new FinalizationRegistry<GPUBuffer>((buffer) => this.release(buffer));
  /** 空闲而留着备用的字节数。 */
  idleBytes = 0;
  /** 正在使用的字节数。 */
  liveBytes = 0;
  /** 当前批次号，每次提交加一。 */
  batch = 0;
  private readonly beforeDestroy: () => void;

  private readonly keep: number;

  constructor(gpu: GPUDevice, beforeDestroy: () => void, keep = keepAtMost) {
    this.keep = keep;
    this.gpu = gpu;
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
    this.limit = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4) * 4;
    this.beforeDestroy = beforeDestroy;
  }

  /** fresh：马上要由队列写入，不能用本批命令可能还在读的缓冲区。 */
  allocate(bytes: number, options: { fresh?: boolean; pinned?: boolean } = {}): GpuArray {
    // 分档不能把放得下的张量推到上限之外。
    const size = Math.min(bucket(bytes), this.limit);
    if (bytes > size) {
      throw new TiduError(
        "TIDU-GPU-002",
        `张量要 ${megabytes(bytes)}，超过这块 GPU 单个缓冲区的上限 ${megabytes(this.limit)}。请分批计算，或换用 cpu。`,
      );
    }
    const list = this.idle.get(size) ?? [];
    const at = list.findLastIndex((x) => !options.fresh || x.batch < this.batch);
    let buffer: GPUBuffer;
    if (at >= 0) {
      buffer = list.splice(at, 1)[0]!.buffer;
      if (list.length === 0) this.idle.delete(size);
      this.idleBytes -= size;
    } else buffer = this.gpu.createBuffer({ size, usage });
    const array = new GpuArray(buffer, options.pinned);
    this.liveBytes += size;
    this.registry.register(array, buffer, array);
    return array;
  }

  free(array: GpuArray): void {
    if (!array.buffer || array.pinned) return;
    this.registry.unregister(array);
    this.release(array.buffer);
    array.buffer = null;
  }

  private release(buffer: GPUBuffer): void {
    const { size } = buffer;
    this.liveBytes -= size;
    this.idleBytes += size;
    const list = this.idle.get(size);
    const entry = { buffer, batch: this.batch };
    if (list) list.push(entry);
    else this.idle.set(size, [entry]);
    if (this.idleBytes > this.keep) this.trim(this.keep);
  }

  /** 销毁空闲的缓冲区，最久没用的先走，直到至多剩 keep 字节。 */
  trim(keep = 0): void {
    // 还没提交的命令可能用着它们。
    if (this.idleBytes > keep) this.beforeDestroy();
    while (this.idleBytes > keep) {
      let oldest: Idle[] = [];
      for (const list of this.idle.values()) {
        if (oldest.length === 0 || list[0]!.batch < oldest[0]!.batch) oldest = list;
      }
      const { buffer } = oldest.shift()!;
      if (oldest.length === 0) this.idle.delete(buffer.size);
      this.idleBytes -= buffer.size;
      buffer.destroy();
    }
  }
}

/** 分档：256 字节起，每个二的幂之间八档，至多浪费八分之一。 */
function bucket(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(bytes)) - 3));
  return Math.ceil(bytes / step) * step;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)} MiB`;
}

/** 显存里的样子：bool 一个元素也占 4 字节，因为 WGSL 的缓冲区里没有更小的类型。 */
export function words(data: TypedArray, dtype: DType): Float32Array | Int32Array | Uint32Array {
  if (dtype === "int32") return Int32Array.from(data);
  if (dtype === "bool") return Uint32Array.from(data);
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** 具体的张量（不是追踪值）：形状、元素类型、设备、缓冲区。 */
export interface TensorLike {
  shape: number[];
  dtype: string;
  device: string;
  buffer: unknown;
}

export function isTensor(value: object): value is TensorLike {
  const { shape, dtype, device, buffer } = value as Partial<TensorLike>;
  return (
    Array.isArray(shape) && typeof dtype === "string" && typeof device === "string" && buffer !== undefined
  );
}

const WIDTH: Record<string, number> = { float64: 8, float32: 4, int32: 4, bool: 1 };

export function tensorBytes({ shape, dtype, device, buffer }: TensorLike): number {
  const size = shape.reduce((a, b) => a * b, 1);
  if (ArrayBuffer.isView(buffer))
    return size * (buffer.byteLength / Math.max(1, (buffer as Uint8Array).length));
  // GPU 上每个元素都占四个字节。
  return size * (device === "webgpu" ? 4 : (WIDTH[dtype] ?? 4));
}

/** 从一个值走得到的张量与类型化数组；同一块缓冲区只算一次。 */
export function* buffers(
  value: unknown,
  seen = new Set<unknown>(),
  depth = 0,
): Generator<TensorLike | ArrayBufferView> {
  if (typeof value !== "object" || value === null || seen.has(value) || depth > 6) return;
  seen.add(value);
  try {
    if (isTensor(value)) {
      if (seen.has(value.buffer)) return;
      seen.add(value.buffer);
      yield value;
    } else if (ArrayBuffer.isView(value)) {
      if (seen.has(value.buffer)) return;
      seen.add(value.buffer);
      yield value;
    } else if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
      let left = 100_000;
      for (const item of value instanceof Map ? value.values() : value) {
        if (left-- === 0 || typeof item !== "object") break;
        yield* buffers(item, seen, depth + 1);
      }
    } else {
      for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value)))
        if ("value" in descriptor) yield* buffers(descriptor.value, seen, depth + 1);
    }
  } catch {
    // 会抛错的 Proxy：不算它。
  }
}

/** 值里的张量与类型化数组共多少字节。 */
export function bytesOf(value: unknown): number {
  let sum = 0;
  for (const item of buffers(value)) sum += ArrayBuffer.isView(item) ? item.byteLength : tensorBytes(item);
  return sum;
}

export function megabytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return bytes < 1024 ** 3
    ? `${(bytes / 1024 ** 2).toFixed(1)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

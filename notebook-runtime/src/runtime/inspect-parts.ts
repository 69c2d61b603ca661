// inspect 里不常见的几种值：内容不在属性里，要从内部槽读出来。

/** 写在花括号里的一项：现成的文字，或名字与还要展开的值。 */
export type Part = string | readonly [name: string, value: unknown];

export interface Parts {
  /** 类型的名字，没有别的名字时用。 */
  type: string;
  parts: Part[];
}

/** 最多写这么多个字节。 */
const BYTES = 100;

/** 缓冲区、弱引用的集合、URL、Blob → 花括号里的各项；都不是则是 null。 */
export function partsOf(value: object): Parts | null {
  if (value instanceof ArrayBuffer) return { type: "ArrayBuffer", parts: bufferParts(value) };
  if (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer)
    return { type: "SharedArrayBuffer", parts: bufferParts(value) };
  if (value instanceof DataView) {
    const { byteLength, byteOffset, buffer } = value;
    const parts: Part[] = [
      ["byteLength", byteLength],
      ["byteOffset", byteOffset],
      ["buffer", buffer],
    ];
    return { type: "DataView", parts };
  }
  if (value instanceof WeakMap || value instanceof WeakSet)
    return { type: value instanceof WeakMap ? "WeakMap" : "WeakSet", parts: ["<items unknown>"] };
  if (typeof URL === "function" && value instanceof URL)
    return { type: "URL", parts: [["href", value.href]] };
  if (typeof Blob === "function" && value instanceof Blob) {
    const { size, type } = value;
    const parts: Part[] = [
      ["size", size],
      ["type", type],
    ];
    return { type: "Blob", parts };
  }
  return null;
}

function bufferParts(buffer: ArrayBufferLike): Part[] {
  const bytes = new Uint8Array(buffer, 0, Math.min(BYTES, buffer.byteLength));
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const more = buffer.byteLength - bytes.length;
  const rest = more > 0 ? ` ... ${more} more byte${more > 1 ? "s" : ""}` : "";
  return [`[Uint8Contents]: <${text}${rest}>`, ["byteLength", buffer.byteLength]];
}

import { base64 } from "../bytes.js";

// 只用“不压缩”的 deflate 块：浏览器与 Node 里都能同步地编码，不需要依赖；图都不大。

/** 调色板图：每个像素一个字节的编号。 */
export function indexedPng(
  pixels: Uint8Array,
  width: number,
  height: number,
  colours: readonly (readonly [number, number, number])[],
): Uint8Array {
  const table = new Uint8Array(colours.length * 3);
  colours.forEach((colour, i) => void table.set(colour, 3 * i));
  return encode(pixels, width, height, 1, [3, chunk("PLTE", table)]);
}

/** 真彩图：每个像素红、绿、蓝、不透明度四个字节，与 ImageData 相同。 */
export function rgbaPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  return encode(pixels, width, height, 4, [6]);
}

export function dataUrl(png: Uint8Array): string {
  return `data:image/png;base64,${base64(png)}`;
}

function encode(
  pixels: Uint8Array,
  width: number,
  height: number,
  bytes: number,
  [type, ...extra]: [colourType: number, ...chunks: Uint8Array[]],
): Uint8Array {
  const stride = width * bytes;
  // 每行前面一个字节说明过滤方式：0，不过滤。
  const raw = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++)
    raw.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, type, 0, 0, 0], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [
    signature,
    chunk("IHDR", head),
    ...extra,
    chunk("IDAT", stored(raw)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return concat(parts);
}

/** zlib 流，全是不压缩的块。 */
function stored(raw: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at === 0 || at < raw.length; at += 0xffff) {
    const block = raw.subarray(at, at + 0xffff);
    const last = at + 0xffff >= raw.length ? 1 : 0;
    const size = block.length;
    parts.push(Uint8Array.of(last, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255), block);
  }
  let [a, b] = [1, 0];
  for (let i = 0; i < raw.length; ) {
    // 5552 个字节之内不会超过 32 位，见 RFC 1950。
    for (const end = Math.min(raw.length, i + 5552); i < end; i++) b += a += raw[i]!;
    a %= 65521;
    b %= 65521;
  }
  parts.push(Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255));
  return concat(parts);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc(out.subarray(4, 8 + data.length)));
  return out;
}

let crcTable: Uint32Array | null = null;

function crc(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  let c = -1;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

import { deflateRawSync } from "node:zlib";

/** 测试用的压缩包里的一项；`raw`、`claimed`、`link` 用来造坏包。 */
export interface ZipItem {
  name: string | Buffer;
  data: Buffer | string;
  /** 名字标明是 UTF-8。 */
  utf8?: boolean;
  /** 目录里谎报的大小。 */
  claimed?: number;
  encrypted?: boolean;
  link?: boolean;
}

/** 写一个 zip（APPNOTE 4.3：本地头、目录、结尾）。 */
export function zip(items: ZipItem[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const item of items) {
    const name = Buffer.from(item.name as string);
    const { data, packed, sum } = packedOf(item.data);
    const flags = (item.utf8 ? 0x800 : 0) | (item.encrypted ? 1 : 0);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(sum, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(item.claimed ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((item.link ? 0xa1ff : 0x81a4) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0003"), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(items.length, 8);
  end.writeUInt16LE(items.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...central, end]);
}

const seen = new Map<Buffer | string, { data: Buffer; packed: Buffer; sum: number }>();

/** 同样的内容只压一次。 */
function packedOf(content: Buffer | string): { data: Buffer; packed: Buffer; sum: number } {
  let found = seen.get(content);
  if (found === undefined) {
    const data = Buffer.from(content as string);
    found = { data, packed: deflateRawSync(data), sum: crc(data) };
    seen.set(content, found);
  }
  return found;
}

/** 按定义逐位算；zlib.crc32 要 Node 22。 */
function crc(data: Buffer): number {
  let value = 0xffffffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

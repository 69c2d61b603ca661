import yauzl, { type Entry, type ZipFile } from "yauzl";
import { messages } from "../messages.js";
import { SubmissionError } from "./error.js";
import { MAX_BYTES } from "./notebook.js";

/** 一个压缩包里至多这么多项。 */
const MAX_ENTRIES = 20_000;

/** 包里的一个文件。 */
export interface Packed {
  parts: string[];
  read(): Promise<Buffer>;
}

/** 打开的压缩包。什么也不解到磁盘上。 */
export interface Archive {
  files: Packed[];
  close(): void;
}

const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };

/**
 * 列出压缩包里的文件，按名字排好；读一个解一个。
 *
 * @param maxTotal 全部解开至多这么多字节，超过的那些读不出来。
 * @throws SubmissionError TIDU-GRADE-129 不是完好的 zip，TIDU-GRADE-131 项数太多。
 */
export async function openArchive(source: string | Buffer, name: string, maxTotal: number): Promise<Archive> {
  let zip: ZipFile | undefined;
  const files: Packed[] = [];
  const budget = { left: maxTotal };
  try {
    zip = await (typeof source === "string"
      ? yauzl.openPromise(source, options)
      : yauzl.fromBufferPromise(source, options));
    if (zip.entryCount > MAX_ENTRIES) throw new SubmissionError(messages.zipTooMany(name, MAX_ENTRIES));
    for await (const entry of zip.eachEntry()) {
      const parts = partsOf(entry);
      if (parts.length > 0 && !isFolder(entry))
        files.push({ parts, read: reader(zip, entry, name, parts, budget) });
    }
  } catch (error) {
    zip?.close();
    if (error instanceof SubmissionError) throw error;
    throw new SubmissionError(messages.zipBroken(name));
  }
  files.sort((a, b) => compare(a.parts.join("/"), b.parts.join("/")));
  return { files, close: () => zip.close() };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function reader(zip: ZipFile, entry: Entry, zipName: string, parts: string[], budget: { left: number }) {
  const name = `${zipName}/${parts.join("/")}`;
  return async (): Promise<Buffer> => {
    if (isLink(entry)) throw new SubmissionError(messages.notRegular(name));
    if (entry.isEncrypted()) throw new SubmissionError(messages.zipEncrypted(name));
    if (!entry.canDecodeFileData()) throw new SubmissionError(messages.zipMethod(name));
    if (entry.uncompressedSize > MAX_BYTES)
      throw new SubmissionError(messages.tooLarge(name, MAX_BYTES >> 20));
    if (entry.uncompressedSize > budget.left) throw new SubmissionError(messages.zipTooLarge(name));
    budget.left -= entry.uncompressedSize;
    const chunks: Buffer[] = [];
    try {
      // 解出的字节数与目录里写的不符时，yauzl 报错并停下。
      const stream = await zip.openReadStreamPromise(entry);
      for await (const chunk of stream) chunks.push(chunk as Buffer);
    } catch {
      throw new SubmissionError(messages.zipBroken(name));
    }
    return Buffer.concat(chunks);
  };
}

function isFolder(entry: Entry): boolean {
  return /[/\\]$/.test(fileName(entry));
}

/** Unix 的符号链接记在外部属性的高 16 位。 */
function isLink(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0xf000) === 0xa000;
}

/** 路径的各段；往上走的、空的去掉。名字只用来称呼，不会写到磁盘上。 */
function partsOf(entry: Entry): string[] {
  return fileName(entry)
    .split(/[/\\]+/)
    .filter((part) => part !== "" && part !== "." && part !== ".." && !/^[A-Za-z]:$/.test(part));
}

/** 名字的编码：标明 UTF-8 的、带 Unicode 扩展字段的照办，其余先试 UTF-8，再试 GBK，最后是 CP437。 */
function fileName(entry: Entry): string {
  const raw = entry.fileNameRaw;
  if ((entry.generalPurposeBitFlag & 0x800) !== 0) return raw.toString("utf8");
  const extra = entry.extraFields.find(({ id, data }) => id === 0x7075 && data.length > 5);
  if (extra !== undefined) return extra.data.subarray(5).toString("utf8");
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(raw);
    } catch {
      // 换下一种。
    }
  }
  return [...raw].map((byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join("");
}

const CP437 = [
  ..."ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
];

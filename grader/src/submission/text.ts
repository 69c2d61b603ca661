import { messages } from "../messages.js";
import { SubmissionError } from "./error.js";

/** 解出的文字；不是 UTF-8 时 `note` 说明是按什么读的。 */
export interface Decoded {
  text: string;
  note?: string;
}

/**
 * 把一份提交的字节读成文字：认 UTF-8 与 UTF-16 的字节序标记，没有标记时先试 UTF-8，再试 GBK（GB 18030）。
 *
 * @throws SubmissionError TIDU-GRADE-121 空文件，TIDU-GRADE-122 不是文字。
 */
export function decodeText(path: string, bytes: Uint8Array): Decoded {
  if (bytes.length === 0) throw new SubmissionError(messages.emptyFile(path));
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) return { text: decode(utf16, bytes)!, note: messages.readAs("UTF-16") };
  if (bytes.includes(0)) throw new SubmissionError(messages.notText(path));
  const text = decode("utf-8", bytes);
  if (text !== null) {
    if (text.trim() === "") throw new SubmissionError(messages.emptyFile(path));
    return { text };
  }
  const chinese = decode("gb18030", bytes);
  if (chinese !== null) return { text: chinese, note: messages.readAs("GBK") };
  // 个别字节坏了：坏的换成替换符，其余照读。
  return { text: new TextDecoder().decode(bytes), note: messages.badBytes };
}

/** 有标记，或者一望而知是 ASCII 夹着零字节。 */
function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return "utf-16le";
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? "utf-16be" : null;
}

/** 带标记的去掉标记。UTF-16 不严格，坏的换成替换符；其余不合编码时为 null。 */
function decode(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: !encoding.startsWith("utf-16") }).decode(bytes);
  } catch {
    return null;
  }
}

import { describe } from "../display/describe.js";
import type { MimeBundle } from "../types.js";

/** 单元格的值 → MIME 束；值自己的显示方式出错也有束，连同说明。 */
export async function resultBundle(value: unknown): Promise<MimeBundle> {
  return describe(value);
}

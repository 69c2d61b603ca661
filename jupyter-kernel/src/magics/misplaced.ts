import { magicInfo } from "@tidu/notebook-runtime/magics";

/** 写在代码后面的魔法命令会被当成取余运算：查出类型问题时提一句。 */
export function misplacedMagic(code: string): string | undefined {
  for (const [, mark, name] of code.matchAll(/^[ \t]*(%%?)([\w-]+)/gm))
    if (name !== undefined && magicInfo(name)) return `${mark}${name} 要写在单元格的最前面，在代码之前。`;
  return undefined;
}

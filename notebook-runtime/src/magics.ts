// 魔法命令的语法与说明；内核、补全、文档都从这里取。做事的函数由会话自己登记。
export { magicHelp, magicList, magicMarkdown } from "./magics/help.js";
export { MEMORY_MIME, type MemoryReport, memoryBundle } from "./magics/memory-report.js";
export {
  bodyRange,
  codeRange,
  keep,
  type MagicCall,
  type MagicCell,
  readMagics,
  typescriptOf,
} from "./magics/parse.js";
export { type MagicInfo, magicInfo, magics, nearest } from "./magics/table.js";
export { duration } from "./magics/time.js";

export { type Exchange, KernelClient } from "./client.js";
export { type Connection, ConnectionError, readConnection } from "./connection.js";
export { activePrefix, type Target } from "./data-folders.js";
export { Kernel, type KernelOptions } from "./kernel.js";
export {
  type FoundKernelspec,
  findKernelspecs,
  installKernelspec,
  KernelspecError,
  kernelName,
  kernelspec,
  uninstallKernelspec,
} from "./kernelspec.js";
export { Codec, type Header, type Message, MessageError, protocolVersion } from "./message.js";
export { runKernel } from "./run.js";
export { explain } from "./types/explain.js";
export { NativeTypeService } from "./types/native.js";
export { reportTypes } from "./types/report.js";
export type { Completion, Completions, Diagnostic, Inspection, TypeService } from "./types/service.js";

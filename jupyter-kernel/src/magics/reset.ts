import type { KernelMagic } from "./context.js";

/** 会话清除变量，类型服务忘掉单元格。 */
export const reset: KernelMagic = async ({ inSession, types }) => {
  await inSession();
  types((service) => service.reset());
};

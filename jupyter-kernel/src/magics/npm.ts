import type { KernelMagic } from "./context.js";

/** 在查类型之前装好，同一格里下面的 import 就有类型。 */
export const npm: KernelMagic = ({ inSession }) => inSession();

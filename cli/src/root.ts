import { fileURLToPath } from "node:url";

/** 仓库的根目录。 */
export const root = fileURLToPath(new URL("../../", import.meta.url));

import * as display from "../display/index.js";
import * as tslab from "../display/shim.js";

type Namespace = Record<string, unknown>;

const builtin: Record<string, Namespace> = { tslab, "@tidu/notebook-runtime/display": display };

/** 浏览器里的导入：内建的、登记过地址的裸说明符、完整的 URL。 */
export async function loadModule(specifier: string, modules: Record<string, string>): Promise<Namespace> {
  const own = builtin[specifier];
  if (own) return own;
  const url = modules[specifier] ?? (/^(?:https?|data|blob):/.test(specifier) ? specifier : null);
  if (url === null) {
    const known = [...Object.keys(builtin), ...Object.keys(modules)].join("、");
    throw Object.assign(
      new Error(
        `网页里只能导入这些模块：${known}，或以 https:// 开头的 ES 模块。在本地的 JupyterLab 里可以导入任何 npm 包。`,
      ),
      { code: "MODULE_NOT_FOUND" },
    );
  }
  try {
    return (await import(url)) as Namespace;
  } catch (cause) {
    throw new Error(`加载模块 "${specifier}" 失败：${(cause as Error).message}`, { cause });
  }
}

import type { Bundle } from "./bundle.js";
import { currentHost } from "./host.js";
import type { DisplayOptions } from "./options.js";
import { reason } from "./text.js";

let made = 0;

/** 本进程里不重复的显示编号。 */
export function freshId(kind: string): string {
  return `tidu-${kind}-${Date.now().toString(36)}-${++made}`;
}

/** 把 MIME 束送去显示；束还没算出来（Promise）就先占好位置，算出来再改写，次序不乱。 */
export function show(bundle: Bundle | Promise<Bundle>, options: DisplayOptions = {}, update = false): void {
  const host = currentHost();
  if (!(bundle instanceof Promise)) {
    host.display(bundle, {}, options.id, update);
    return;
  }
  const id = options.id ?? freshId("later");
  if (!update) host.display({ "text/plain": "（正在准备显示……）" }, {}, id);
  const work = bundle
    .catch((error: unknown) => {
      if (host.isInterrupt?.(error)) return { "text/plain": "（显示被中断）" };
      return { "text/plain": `（显示时出错：${reason(error)}）` };
    })
    .then((data: Bundle) => host.display(data, {}, id, true));
  host.pending?.(work);
}

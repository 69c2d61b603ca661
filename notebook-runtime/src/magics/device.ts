import type { MagicHandler } from "./context.js";

interface Library {
  devices(): Promise<{ name: string; available: boolean; detail: string }[]>;
  defaultDevice(): { name: string };
  useDevice(name: string): Promise<{ name: string }>;
}

/** 笔记本里的 kernel-lib 是从笔记本的目录解析到的那一份。 */
export const device: MagicHandler = async ({ call, load, print }) => {
  const library = (await load("@tidu/kernel-lib")) as unknown as Library;
  if (call.args !== "") {
    const { name } = await library.useDevice(call.args);
    return print(`缺省设备改为 ${name}：之后新建的张量都放在它上面。`);
  }
  const current = library.defaultDevice().name;
  for (const { name, available, detail } of await library.devices()) {
    const mark = name === current ? "●" : available ? "○" : "✗";
    print(`${mark} ${name.padEnd(10)} ${available ? "可用" : "不可用"}：${detail}`);
  }
  print("● 是缺省设备。换一个：%device 名字");
};

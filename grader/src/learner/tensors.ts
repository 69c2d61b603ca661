/**
 * 张量题的参数：数组换成 float32 的张量，有 webgpu 就放在 webgpu 上，没有就在 cpu 上。
 * 与 wire.ts 一起放进沙箱；梯度库用到时才载入。
 */

/** 能用的最好的设备。打不开的设备再试也打不开，只试一次。 */
let best: Promise<string> | undefined;

export async function tensorArguments(args: unknown[]): Promise<unknown[]> {
  const lib = await import("@tidu/kernel-lib");
  best ??= lib.device("webgpu").then(
    () => "webgpu",
    () => "cpu",
  );
  const device = await best;
  return Promise.all(
    args.map((x) =>
      Array.isArray(x) ? lib.toDevice(lib.tensor(x as number[], "float32"), device) : Promise.resolve(x),
    ),
  );
}

import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { ArrayTensor, type Tensor, type TensorLike } from "../tensor.js";
import { place } from "./evaluate.js";
import { device as openDevice, openedDevice } from "./registry.js";

// 搬动不改变数值，所以导数是恒等。伴随留在它产生的设备上：从 GPU 搬回来要异步，而反向传播是同步的。
const toP: Primitive<{ device: string }> = definePrimitive<{ device: string }>({
  name: "to",
  shape: ([x], { device }) => ({ shape: x!.shape, dtype: openedDevice(device).storage(x!.dtype) }),
  jvp: (_, [t], __, params) => (t ? bind(toP, [t], params) : null),
  vjp: (_, ct) => ct,
  batch: ([x], [dim], params) => ({ out: bind(toP, [x!], params), dim: dim! }),
});

/**
 * 把张量放到另一个设备上，同步完成。目的设备要先用 await device(…) 打开过一次（否则 TIDU-DEV-004）；
 * 从 webgpu 取回不能同步，请用 toDevice（否则 TIDU-READ-002）。可以在 grad 里用，导数是恒等。
 *
 * @example
 * to([1, 2, 3], "cpu").device // => "cpu"
 */
export function to(x: TensorLike, device: string): Tensor {
  openedDevice(device);
  const t = asTensor(x);
  return t instanceof ArrayTensor && t.device === device ? t : bind(toP, [t], { device });
}

/**
 * 把张量放到另一个设备上，任何方向都可以；目的设备没打开时先打开它。
 *
 * @example
 * (await toDevice([1, 2, 3], "cpu")).toArray() // => [1, 2, 3]
 */
export async function toDevice(x: TensorLike, device: string): Promise<Tensor> {
  const target = await openDevice(device);
  const t = asTensor(x).concrete();
  if (t.owner === target || t.owner.readSync) return place(t, target);
  const dtype = target.storage(t.dtype);
  return new ArrayTensor(target, target.upload(await t.data(), dtype), t.shape, dtype);
}

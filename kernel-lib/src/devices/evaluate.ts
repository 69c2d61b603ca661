import type { Params, Primitive } from "../core/primitive.js";
import { TiduError } from "../errors.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { cpu } from "./cpu/device.js";
import type { Device } from "./device.js";
import { openedDevice } from "./registry.js";

/** 在设备上求值：cpu 上的操作数会搬到另一个操作数所在的设备，两个不同的加速设备不能混用。 */
export function evaluate(primitive: Primitive<any>, args: readonly Tensor[], params: Params): ArrayTensor {
  const inputs = args as readonly ArrayTensor[];
  if (primitive.name === "to") return place(inputs[0]!, openedDevice(params["device"]));
  let device: Device = cpu;
  for (const x of inputs) {
    if (x.owner === cpu || x.owner === device) continue;
    if (device !== cpu) {
      if (device.name === x.owner.name) throw stale(primitive.name, device.name);
      throw new TiduError(
        "TIDU-DEV-001",
        `${primitive.name}：操作数在两个设备上（${device.name} 与 ${x.owner.name}）。请先用 toDevice 放到同一个设备。`,
      );
    }
    device = x.owner;
  }
  const local = device === cpu ? inputs : inputs.map((x) => place(x, device));
  const aval = primitive.shape(local, params);
  const dtype = device.storage(aval.dtype);
  const out = dtype === aval.dtype ? aval : { shape: aval.shape, dtype };
  return new ArrayTensor(device, device.run(primitive, local, params, out), out.shape, out.dtype);
}

function stale(primitive: string, device: string): TiduError {
  return new TiduError(
    "TIDU-DEV-008",
    `${primitive}：有的操作数在已经失效的 ${device} 上，它们的数据没有了。设备重新打开之后，张量要从 cpu 上的数据重新放上去。`,
  );
}

/** 把能同步读取的张量放到设备上；已经在那里就原样返回。 */
export function place(x: ArrayTensor, device: Device): ArrayTensor {
  if (x.owner === device) return x;
  const dtype = device.storage(x.dtype);
  return new ArrayTensor(device, device.upload(x.readSync(), dtype), x.shape, dtype);
}
